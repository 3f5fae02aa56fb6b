// A press on the button beside a path copies it; where the browser keeps the clipboard
// to itself, as over plain HTTP, the path is marked, to be copied by hand.
element.addEventListener('click', async ({ target }) => {
  const button = target.closest('[data-copy]');
  if (!button) return;
  const { copy, copied } = button.dataset;
  try {
    await navigator.clipboard.writeText(copy);
    const before = button.textContent;
    if (before === copied) return;
    button.textContent = copied;
    setTimeout(() => { button.textContent = before; }, 2000);
  } catch (error) {
    getSelection().selectAllChildren(button.previousElementSibling);
  }
});
