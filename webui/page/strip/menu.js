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
  const reply = await fetch(`code-whole?language=${pageLanguage()}`, { cache: 'no-store' });
  const text = await reply.text();
  if (!reply.ok || !(await copyText(text))) return;
  button.own = button.own || button.textContent;
  button.textContent = `✓ ${button.dataset.copied}`;
  setTimeout(() => { button.textContent = button.own; }, 2000);
}
