// Where the code stands below its form, its title folds it; long code begins folded.
document.addEventListener('click', (event) => {
  const button = event.target.closest('.code-title button');
  if (!button) return;
  const side = button.closest('.code-side');
  const open = side.classList.contains('open')
    || (button.dataset.long === 'no' && !side.classList.contains('shut'));
  side.classList.toggle('open', !open);
  side.classList.toggle('shut', open);
});
