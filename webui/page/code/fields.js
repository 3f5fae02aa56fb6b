// Which field decides which part of a code: asked of the server when it is wanted.
const LOOKED_FOR = 150; // frames in which a tab or a fold is to show its fields: a busy browser has more time
const pageLanguage = () => (document.documentElement.lang.startsWith('zh') ? 'zh' : 'en');

async function codeAnswer(pane, field = '') {
  const { cells } = pane.dataset;
  const words = new URLSearchParams({ cells, field, language: pageLanguage() });
  const reply = await fetch(`code-fields?${words}`, { cache: 'no-store' });
  if (!reply.ok) throw new Error(reply.statusText);
  const answer = await reply.json();
  return answer.mark === pane.dataset.mark ? answer : null; // of a code that is no longer shown
}

const codeWords = () => CODE_WORDS[pageLanguage()];
const codeLine = (pane, number) => pane.querySelector(`.code-line[data-n="${number}"]`);
const codeBox = (pane) => pane.querySelector('.code-lines');
const noteIn = (pane, text) => { const note = pane.querySelector('.code-note'); note.textContent = text; note.title = text; };

// All fields of a pane, once for each code that it shows.
function fieldsOf(pane) {
  if (!pane.asked) pane.asked = codeAnswer(pane).then((answer) => {
    if (!answer) pane.asked = null; // the code has changed meanwhile: ask anew
    else if (pane.isConnected) paintFields(pane, answer);
    return answer;
  }).catch(() => { pane.asked = null; });
  return pane.asked;
}

// A pane that was sent anew has none of our marks, and may hold another code.
function forgetFields(pane) {
  for (const line of pane.querySelectorAll('.code-line')) line.fields = null;
  const { asked } = pane;
  pane.asked = null;
  if (asked) asked.then((answer) => {
    if (!answer || answer.mark !== pane.dataset.mark || pane.asked) return;
    pane.asked = asked;
    paintFields(pane, answer);
  });
}

function paintFields(pane, { fields, lines }) {
  const titles = (ids) => ids.map((id) => fields[id].title).join(' · ');
  for (const line of pane.querySelectorAll('.code-line')) {
    const known = lines[line.dataset.n];
    line.title = known ? titles(known.fields) : codeWords().nobody;
    line.classList.toggle('decided', Boolean(known));
    if (!known) continue;
    line.fields = known.fields;
    line.setAttribute('role', 'link');
    for (const [start, end, id] of known.parts)
      for (const part of wrapPart(line.lastElementChild, start, end, 'code-part'))
        Object.assign(part, { title: fields[id].title }).dataset.field = id;
  }
}

// Put the text between two columns into elements of a class; they may be several.
function wrapPart(code, start, end, name) {
  const walker = document.createTreeWalker(code, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) texts.push(walker.currentNode);
  const made = [];
  let at = 0;
  for (const text of texts) {
    const [low, high] = [Math.max(start - at, 0), Math.min(end - at, text.length)];
    at += text.length;
    if (low >= high) continue;
    const part = document.createElement('span');
    part.className = name;
    const middle = low ? text.splitText(low) : text;
    if (high - low < middle.length) middle.splitText(high - low);
    middle.replaceWith(part);
    part.append(middle);
    made.push(part);
  }
  return made;
}

// ---- from a line to its field

async function lineChosen(pane, line, id = '') {
  const answer = await fieldsOf(pane) || await fieldsOf(pane);
  const fields = line.fields || [];
  const chosen = id || fields[0];
  if (!answer || !chosen) return noteIn(pane, answer ? codeWords().nobody : '');
  offerOthers(pane, answer, line, chosen);
  if (!await leadTo(answer.fields[chosen]))
    noteIn(pane, codeWords().hidden.replace('{}', answer.fields[chosen].title));
}

// The other fields of a line, each to be led to.
function offerOthers(pane, answer, line, chosen) {
  const note = pane.querySelector('.code-note');
  const words = codeWords();
  const others = line.fields.filter((id) => id !== chosen);
  note.title = '';
  note.replaceChildren(`${words.line.replace('{}', line.dataset.n)}${answer.fields[chosen].title}`);
  if (others.length) note.append(` · ${words.or}`);
  pane.offered = others.length ? chosen : ''; // what leads on stays as the field is reached
  for (const id of others) {
    const other = Object.assign(document.createElement('button'), { type: 'button', textContent: answer.fields[id].title });
    other.onclick = () => lineChosen(pane, line, id);
    note.append(other, ' ');
  }
}

const isSeen = (element) => Boolean(element && element.getClientRects().length);

async function waitUntil(found) {
  for (let frame = 0; frame < LOOKED_FOR; frame += 1) {
    const thing = found();
    if (thing) return thing;
    await new Promise(requestAnimationFrame);
  }
  return null;
}

// Open the tab and the folds of a field, and go there; false where it is not shown.
async function leadTo({ ids, place }) {
  if (!place) return false;
  const button = document.querySelector(`[role=tab][data-tab-id="${place.tab}"]`);
  if (button && button.getAttribute('aria-selected') !== 'true') button.click();
  // A fold that has just come may be shut once more by Gradio: so it is looked at anew.
  const there = () => {
    for (const id of place.folds) document.querySelector(`#${id} > button.label-wrap:not(.open)`)?.click();
    return ids.map((id) => document.getElementById(id)).find(isSeen);
  };
  const field = await waitUntil(there);
  if (!field) return false;
  const moves = matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth';
  const input = field.querySelector('input:checked, textarea, input:not([type=hidden]), [role=combobox], button') || field;
  input.focus({ preventScroll: true });
  field.scrollIntoView({ block: 'center', behavior: moves });
  field.classList.add('led-to');
  setTimeout(() => field.classList.remove('led-to'), 2000);
  return true;
}

// ---- from a field to its lines

const ASK_AFTER = 120; // ms: what one leaves is committed first, and may change the code
let [fieldAt, askingAt] = ['', 0];

function showFieldAt(id) {
  fieldAt = id;
  clearTimeout(askingAt);
  askingAt = setTimeout(askFieldAt, ASK_AFTER, id);
}

async function askFieldAt(id) {
  for (const pane of panesOf(document.getElementById(id))) {
    const answer = await codeAnswer(pane, id).catch(() => null);
    const known = answer && Object.values(answer.fields)[0];
    if (known && fieldAt === id && pane.isConnected) showField(pane, known);
  }
}

// The panes of the cell that a field stands in.
function panesOf(field) {
  const own = field && field.closest('.cell, .tabitem');
  return own ? [...own.querySelectorAll('.code-pane')].filter(isSeen) : [];
}

function showField(pane, { ids, spans, behind, note }) {
  unshowField(pane);
  if (!ids.includes(pane.offered)) noteIn(pane, note);
  for (const [number, start, end] of [...spans].reverse()) {
    const line = codeLine(pane, number);
    line.classList.add('at');
    wrapPart(line.lastElementChild, start, end, 'code-at');
  }
  for (const number of behind) (codeLine(pane, number) || codeLine(pane, 1)).classList.add(number ? 'adds-below' : 'adds-above');
  const first = spans.length ? Math.min(...spans.map(([number]) => number)) : Math.max(...behind, 0);
  if (first) bringIntoView(pane, codeLine(pane, first));
}

function unshowField(pane) {
  for (const line of pane.querySelectorAll('.at, .adds-below, .adds-above')) line.classList.remove('at', 'adds-below', 'adds-above');
  for (const part of pane.querySelectorAll('.code-at')) part.replaceWith(...part.childNodes);
  for (const line of pane.querySelectorAll('code')) line.normalize();
}

// Scrolls the pane alone, and only where the line is not in view.
function bringIntoView(pane, line) {
  const box = codeBox(pane);
  const [seen, own] = [box.getBoundingClientRect(), line.getBoundingClientRect()];
  const margin = 2 * own.height;
  if (own.top < seen.top) box.scrollTop -= seen.top - own.top + margin;
  else if (own.bottom > seen.bottom) box.scrollTop += own.bottom - seen.bottom + margin;
}

// The component that an element is a part of; a fold is none.
const codeFieldOf = (element) => element.closest('.block[id]:not([id=""], .gr-accordion)');

function leaveField() {
  fieldAt = '';
  for (const pane of document.querySelectorAll('.code-pane')) {
    unshowField(pane);
    pane.offered = '';
    noteIn(pane, codeWords().hint);
  }
}

// A step into a pane leaves its marks and its note: one is about to use them.
document.addEventListener('focusin', ({ target }) => {
  if (target.closest('.code-pane')) return;
  const block = codeFieldOf(target);
  if (block && panesOf(block).length) showFieldAt(block.id);
  else if (fieldAt) leaveField();
});
document.addEventListener('focusout', ({ target, relatedTarget }) => {
  const block = codeFieldOf(target);
  if (!block || block.id !== fieldAt || block.contains(relatedTarget)) return;
  if (!relatedTarget?.closest('.code-pane')) leaveField();
});
