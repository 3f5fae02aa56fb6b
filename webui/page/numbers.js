// Boxes for numbers: a phone's keys for digits, the arrow keys for whole numbers, and a
// slider below those that have one, whose steps are powers of two as ranks are chosen.
{
  const boxOf = (element) => element.closest?.('.number-box');
  const inputOf = (box) => box.querySelector('input[type=text], textarea');

  function type(input, text) {
    if (input.value === text) return;
    input.value = text;
    input.dispatchEvent(new Event('input', { bubbles: true }));
  }

  document.addEventListener('pointerdown', ({ target }) => {
    const box = boxOf(target);
    if (box) inputOf(box).inputMode = box.classList.contains('whole') ? 'numeric' : 'decimal';
  }, true);

  document.addEventListener('keydown', (event) => {
    const box = boxOf(event.target);
    const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!by || !box?.classList.contains('whole') || event.target !== inputOf(box)) return;
    if (!/^\s*\d{1,15}\s*$/.test(event.target.value)) return;
    event.preventDefault();
    type(event.target, String(Math.max(0, Number(event.target.value) + by)));
  }, true);

  function slider(box, low, high) {
    const range = Object.assign(document.createElement('input'), {
      type: 'range', min: Math.log2(low), max: Math.log2(high), step: 1,
    });
    range.setAttribute('aria-label', box.querySelector('[data-testid=block-info]')?.textContent.trim() || '');
    range.addEventListener('input', (event) => {
      event.stopPropagation();
      type(inputOf(box), String(2 ** range.value));
    });
    // Let go of, the box is left: then its value is taken.
    range.addEventListener('change', (event) => {
      event.stopPropagation();
      setTimeout(() => inputOf(box).dispatchEvent(new FocusEvent('blur')), 60);
    });
    inputOf(box).parentElement.after(range);
    return range;
  }

  function slide(box) {
    const [, low, high] = /slides-(\d+)-(\d+)/.exec(box.className);
    if (!inputOf(box)) return;
    const range = box.querySelector('input[type=range]') || slider(box, Number(low), Number(high));
    const held = Number(inputOf(box).value);
    range.disabled = inputOf(box).disabled;
    if (held > 0 && document.activeElement !== range) range.value = Math.log2(held);
  }

  setInterval(() => {
    if (!document.hidden) document.querySelectorAll('.number-box[class*="slides-"]').forEach(slide);
  }, 500);
}
