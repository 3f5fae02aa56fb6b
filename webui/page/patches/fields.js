// Help and problems of fields, which Gradio shows as a line of Markdown: what stands in
// <em> is folded behind "more"; a <strong> is a problem, and the field says that it is
// invalid. The line describes the field, and a box is named by its title alone: Gradio
// puts both into one label, and names no group of choices.
// Leans on `.info-text`, on `[data-testid=block-info]`, and on a field being a `.block`.
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

  const told = '.info-text, [data-testid=block-info]';
  const fieldsIn = (node) => [...(node.matches(told) ? [node] : node.querySelectorAll(told))];
  new MutationObserver((records) => {
    const nodes = records.flatMap(({ target, addedNodes }) =>
      target.matches?.('.info-text') ? [target] : [...addedNodes].filter((node) => node.nodeType === 1));
    for (const field of new Set(nodes.flatMap(fieldsIn).map((line) => line.closest('.block[id]'))))
      if (field) dress(field);
  }).observe(document.body, { childList: true, subtree: true });
  for (const field of new Set(fieldsIn(document.body).map((line) => line.closest('.block[id]'))))
    if (field) dress(field);
}
