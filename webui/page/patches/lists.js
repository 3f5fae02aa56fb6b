// Tab leaves a list of choices closed. Gradio would open it again as the field is left,
// over whatever lies below it. Hides the key from the Dropdown's own listener, which sits
// on `input[role=combobox]`.
// For Gradio 6.31. Can go when Gradio leaves the list closed, which a test would see.
document.addEventListener(
  'keydown',
  (event) => {
    const inList = event.target.matches?.('input[role=combobox]');
    if (event.key === 'Tab' && inList) event.stopPropagation();
  },
  true,
);
