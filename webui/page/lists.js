// Tab leaves a list of choices closed. Gradio would open it again as the field is left,
// over whatever lies below it.
document.addEventListener(
  'keydown',
  (event) => {
    const inList = event.target.matches?.('input[role=combobox]');
    if (event.key === 'Tab' && inList) event.stopPropagation();
  },
  true,
);
