// Help and problems of fields, which Gradio shows as a line of Markdown: what stands in
// <em> is folded behind "more"; a <strong> is a problem, and the field says that it is
// invalid. The line describes the field, and a box is named by its title alone: Gradio
// puts both into one label, and names no group of choices.
// A fold says whether it is open.
// Leans on `.info-text`, `[data-testid=block-info]`, a field being a `.block`, and a fold's
// `button.label-wrap`, which has the class `open`.
// For Gradio 6.31. Can go when Gradio describes its fields, and folds a long help.
{
  const word = location.pathname.replace(/\/$/, '').endsWith('/zh') ? '更多' : 'more';
  let lines = 0;

  const fold = (rest) => {
    const folded = document.createElement('details');
    const title = document.createElement('summary');
    title.textContent = word;
    // Inside of a label, a click would go on to the box.
    folded.onclick = (event) => event.stopPropagation();
    rest.replaceWith(folded);
    folded.append(title, rest);
  };

  const dress = (field) => {
    const line = field.querySelector('.info-text');
    const title = field.querySelector('[data-testid=block-info]')?.textContent.trim();
    const rest = line?.querySelector(':scope > em:last-child');
    if (rest) fold(rest);
    if (line) line.id ||= `line-${lines++}`;
    const wrong = Boolean(line?.querySelector(':scope > strong'));
    if (field.matches('fieldset') && title) field.setAttribute('aria-label', title);
    for (const box of field.querySelectorAll('input:not([type=radio]), textarea')) {
      if (!box.hasAttribute('aria-label') && title && box.type !== 'checkbox')
        box.setAttribute('aria-label', title);
      if (line) box.setAttribute('aria-describedby', line.id);
      if (wrong) box.setAttribute('aria-invalid', 'true');
      else box.removeAttribute('aria-invalid');
    }
  };

  const tellFold = (button) =>
    button.setAttribute('aria-expanded', button.classList.contains('open'));

  const told = '.info-text, [data-testid=block-info]';
  const look = (nodes) => {
    const all = (selector) => nodes.flatMap((node) =>
      [...(node.matches(selector) ? [node] : []), ...node.querySelectorAll(selector)]);
    const fields = all(told).map((line) => line.closest('.block[id]'));
    for (const field of new Set(fields)) if (field) dress(field);
    all('button.label-wrap').forEach(tellFold);
  };
  new MutationObserver((records) =>
    look(records.flatMap(({ target, addedNodes }) => target.matches?.('.info-text')
      ? [target] : [...addedNodes].filter((node) => node.nodeType === 1))),
  ).observe(document.body, { childList: true, subtree: true });
  document.addEventListener('click', ({ target }) => {
    const button = target.closest?.('button.label-wrap');
    if (button) setTimeout(() => tellFold(button));
  });
  look([document.body]);
}
