// The menu of files: it closes by a click elsewhere and by Escape, and copies all code.
const fileMenu = () => document.querySelector('#file-menu > button.label-wrap');
const menuIsOpen = () => fileMenu() && fileMenu().nextElementSibling?.style.display !== 'none';
document.addEventListener('click', (event) => {
  if (menuIsOpen() && !event.target.closest('#file-menu')) fileMenu().click();
  if (event.target.id === 'copy-all') copyAll(event.target);
});
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || !menuIsOpen()) return;
  fileMenu().click();
  fileMenu().focus();
});

async function copyAll(button) {
  // Why there may be no code, a card below says; a server that is gone, the strip.
  const reply = await askServer(`code-whole?language=${pageLanguage()}`).catch(() => null);
  if (!reply?.ok) return;
  const text = await reply.text();
  if (!(await copyText(text))) {
    offerByHand(text, codeWords(document.querySelector('.code-pane')));
    return;
  }
  button.own = button.own || button.textContent;
  button.textContent = `✓ ${button.dataset.copied}`;
  setTimeout(() => { button.textContent = button.own; }, 2000);
}
