// The table of runs: a press on a title sorts, on a star marks, on a name chooses.
element.addEventListener('click', (event) => {
  const pressed = event.target.closest('[data-do]');
  if (pressed) trigger('click', { what: pressed.dataset.do, value: pressed.dataset.value });
});
// A redraw replaces every button; the keyboard stays at the one it was on.
let place = null;
document.addEventListener('focusin', ({ target }) => {
  place = element.contains(target) ? { ...target.dataset } : null;
});
watch('value', () => {
  if (!place || document.activeElement !== document.body) return;
  const same = (button) => button.dataset.do === place.do && button.dataset.value === place.value;
  [...element.querySelectorAll('[data-do]')].find(same)?.focus({ preventScroll: true });
});
