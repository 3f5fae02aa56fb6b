// The code of a cell, or of all, into the clipboard: also where a page may not ask for it.
async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text); // only on https and on this machine
    return true;
  } catch (error) {
    const area = Object.assign(document.createElement('textarea'), { value: text, readOnly: true });
    area.className = 'unseen';
    const before = document.activeElement;
    document.body.append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    if (before) before.focus({ preventScroll: true });
    return done;
  }
}

// The text to be copied by hand, selected.
function offerByHand(text, words) {
  const dialog = document.createElement('dialog');
  dialog.className = 'code-dialog';
  const area = Object.assign(document.createElement('textarea'), { value: text, readOnly: true });
  area.setAttribute('aria-label', words.press);
  const close = Object.assign(document.createElement('button'), { type: 'button', textContent: words.close });
  close.onclick = () => dialog.close();
  dialog.onclose = () => dialog.remove();
  dialog.append(Object.assign(document.createElement('p'), { textContent: words.press }), area, close);
  document.body.append(dialog);
  dialog.showModal();
  area.select();
}

async function copyFrom(pane, button, text) {
  const words = codeWords(pane);
  if (await copyText(text)) sayOn(pane, button, words.copied);
  else offerByHand(text, words);
}

// A word on the button for a moment, and to a screen reader.
function sayOn(pane, button, word) {
  button.own = button.own || button.textContent;
  button.style.minWidth = `${button.offsetWidth}px`;
  button.textContent = `✓ ${word}`;
  pane.querySelector('.code-told').textContent = word;
  clearTimeout(button.timer);
  button.timer = setTimeout(() => { button.textContent = button.own; }, 2000);
}

// Several cells are parted by an empty line, as they are in a script.
function paneText(pane) {
  const lines = [];
  for (const part of codeBox(pane).children)
    lines.push(part.matches('.code-line') ? part.lastElementChild.textContent : '\n');
  return `${lines.join('\n')}\n`;
}

async function wholeCode(pane) {
  const reply = await fetch(`code-whole?language=${pageLanguage()}`, { cache: 'no-store' });
  const text = await reply.text();
  if (reply.ok) return text;
  noteIn(pane, reply.status === 409 ? text : codeWords(pane).failed);
  return '';
}

document.addEventListener('click', async ({ target }) => {
  const button = target.closest('.code-copy, .code-copy-all');
  const pane = button && button.closest('.code-pane');
  if (!pane) return;
  if (button.matches('.code-copy')) return copyFrom(pane, button, paneText(pane));
  const text = await wholeCode(pane).catch(() => noteIn(pane, codeWords(pane).failed));
  if (text) await copyFrom(pane, button, text);
});
