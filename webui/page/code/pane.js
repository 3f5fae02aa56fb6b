// The code panes: one that the server sends anew shows for some seconds what changed.
const MARKED_FOR = 8000; // ms
const codeSeen = new Map(); // by pane: the lines as they were last seen, and how it was scrolled

// One pane, as it has just come. Gradio patches what is there and takes away every
// attribute that the server did not send: so a pane without ours is one that was sent.
function takePane(pane) {
  const known = codeSeen.get(pane.dataset.pane) || {};
  pane.dataset.taken = '1';
  codeSeen.set(pane.dataset.pane, known);
  const lines = [...pane.querySelectorAll('.code-line code')].map((code) => code.textContent);
  Object.assign(known, { pane, next: lines });
  const box = codeBox(pane);
  if (known.line && box.contains(document.activeElement)) document.activeElement.tabIndex = -1;
  forgetFields(pane);
  showChanges(known);
}

// Marks begin once the pane is looked at; what nobody has seen yet is not new.
function showChanges(known) {
  const { pane, lines, next } = known;
  if (!isSeen(pane)) return;
  known.lines = next;
  if (!lines || same(lines, next)) return keepMarks(known);
  const changes = lineChanges(lines, next);
  Object.assign(known, { changes, until: Date.now() + MARKED_FOR });
  pane.querySelector('.code-told').textContent = changesSaid(changes, codeWords(pane));
  keepMarks(known);
  const first = Math.min(...changes.fresh, ...changes.gone.map(([before]) => before));
  bringIntoView(pane, codeLine(pane, Math.min(first + 1, next.length)));
  if (fieldAt) showFieldAt(fieldAt);
}

const same = (a, b) => a.length === b.length && a.every((line, i) => line === b[i]);

// The marks of the last change, also on the same code sent once more.
function keepMarks(known) {
  const { pane, changes, until } = known;
  if (!changes || Date.now() > until) return;
  for (const place of changes.fresh) codeLine(pane, place + 1).classList.add('changed');
  for (const [before, lines] of changes.gone) {
    const line = codeLine(pane, before + 1) || codeLine(pane, before);
    line.classList.add(before < known.next.length ? 'gone-above' : 'gone-below');
    line.querySelector('.code-n').title = lines.map((text) => `− ${text.trim()}`).join('\n');
  }
  setTimeout(() => fade(known), until - Date.now());
}

function fade(known) {
  if (Date.now() < known.until) return;
  known.changes = null;
  known.pane.querySelector('.code-told').textContent = '';
  for (const line of known.pane.querySelectorAll('.changed, .gone-above, .gone-below'))
    line.classList.remove('changed', 'gone-above', 'gone-below');
}

// ---- keyboard and mouse

function focusLine(pane, line) {
  codeSeen.get(pane.dataset.pane).line = line.dataset.n;
  line.tabIndex = -1;
  line.focus({ preventScroll: true });
  bringIntoView(pane, line);
  fieldsOf(pane);
}

const MOVES = { ArrowDown: 1, ArrowUp: -1, PageDown: 15, PageUp: -15, Home: -Infinity, End: Infinity };

document.addEventListener('keydown', (event) => {
  const box = event.target.closest?.('.code-lines');
  if (!box || event.ctrlKey || event.metaKey || event.altKey) return;
  const pane = box.closest('.code-pane');
  const line = event.target.closest('.code-line');
  if (event.key in MOVES) {
    const [last, now] = [box.querySelectorAll('.code-line').length, line ? Number(line.dataset.n) : 0];
    focusLine(pane, codeLine(pane, Math.min(Math.max(now + MOVES[event.key], 1), last)));
  } else if (event.key === 'Enter' && line) lineChosen(pane, line);
  else if (event.key === 'Escape' && line) box.focus();
  else return;
  event.preventDefault();
});
document.addEventListener('click', ({ target }) => {
  const line = target.closest('.code-line');
  if (!line || !getSelection().isCollapsed) return; // somebody selects code
  lineChosen(line.closest('.code-pane'), line, target.closest('.code-part')?.dataset.field);
});
// The fields are known before one clicks, so that the mouse shows where one can.
document.addEventListener('pointerover', ({ target }) => {
  const pane = target.closest?.('.code-pane');
  if (pane) fieldsOf(pane);
});
document.addEventListener('focusin', ({ target }) => {
  if (target.matches('.code-lines')) fieldsOf(target.closest('.code-pane'));
  else if (!target.closest('.code-line')) for (const known of codeSeen.values()) known.line = null;
});

// ---- panes come and go as the server and the tabs will

function lookForPanes() {
  for (const pane of document.querySelectorAll('.code-pane:not([data-taken])')) {
    const isNew = !pane.words;
    takePane(pane);
    if (!isNew) continue;
    codesInView.observe(pane);
    codesSent.observe(pane, { attributes: true, attributeFilter: ['data-taken'] });
  }
}
const codesSent = new MutationObserver(lookForPanes);
const codesInView = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    const known = codeSeen.get(target.dataset.pane);
    if (isIntersecting && known && known.pane === target && known.lines !== known.next) showChanges(known);
  }
});
new MutationObserver(lookForPanes).observe(document.body, { childList: true, subtree: true });
lookForPanes();
