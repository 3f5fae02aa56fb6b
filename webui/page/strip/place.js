// Where one is: the tab stands at the end of the address, as #tab or #tab/part, so that
// a link leads there, a reload returns there, and Back goes back. A reload also returns
// to the place that was scrolled to, opens what was open, and keeps what was typed.
const PLACE = 'tunebook-place';
const TYPED_IN = 'textarea, input[type=text], input[type=number], input:not([type])';
const tabButtons = () => [...document.querySelectorAll('button[data-tab-id]')];
const tabNow = () => document.querySelector('button[role=tab][aria-selected=true]')?.dataset.tabId || '';
const calm = () => matchMedia('(prefers-reduced-motion: reduce)').matches;
function partsOf(hash) {
  try {
    return decodeURIComponent(hash.replace(/^#/, '')).split('/');
  } catch (error) {
    return ['']; // no place of ours
  }
}

// The first true answer, looked for again and again for a while.
async function until(found, seconds = 30) {
  for (const end = Date.now() + 1000 * seconds; Date.now() < end;) {
    const answer = found();
    if (answer) return answer;
    await new Promise((done) => setTimeout(done, 100));
  }
  return null;
}

// A page that is still being made takes a press of a tab only when it is whole.
function turnToTab(name) {
  return until(() => {
    const button = tabButtons().find((each) => each.dataset.tabId === name);
    if (button && tabNow() !== name) button.click();
    return tabNow() === name || (!button && document.querySelector('#status .name'));
  });
}

async function goTo(hash) {
  const [tab, part] = partsOf(hash);
  if (!tab || !(await turnToTab(tab)) || !part) return;
  const target = await until(() => document.getElementById(part), 5);
  target?.scrollIntoView({ behavior: calm() ? 'auto' : 'smooth', block: 'start' });
}

document.addEventListener('click', (event) => {
  const link = event.target.closest?.('a[href^="#"]');
  const other = event.target.closest?.('#ways-out a');
  if (other && location.hash) other.hash = location.hash;
  if (link && !event.defaultPrevented) {
    event.preventDefault();
    const hash = link.getAttribute('href');
    if (location.hash !== hash) history.pushState(null, '', hash);
    goTo(hash);
  }
});
addEventListener('popstate', () => turnToTab(partsOf(location.hash)[0] || 'model'));

// A tab that was pressed stands in the address; the steps of Back stay those of links.
function noteTab() {
  const tab = tabNow();
  if (!tab || partsOf(location.hash)[0] === tab || (!location.hash && tab === 'model')) return;
  history.replaceState(history.state, '', `#${tab}`);
}

// ---- folds, by the cell that they are in and their words without figures

const foldKey = (title) => [
  title.closest('.cell')?.id || '', title.textContent.replace(/[\d.,▼▾▸]+/g, '').trim(),
].join('|');
const accordions = () => [...document.querySelectorAll('.gr-accordion > button.label-wrap')]
  .filter((title) => !title.closest('#file-menu'));
const isOpen = (title) => title.nextElementSibling?.style.display !== 'none';
const summaries = () => [...document.querySelectorAll('.cell details > summary')];

function openFolds() {
  return [
    ...accordions().filter(isOpen), ...summaries().filter((each) => each.parentElement.open),
  ].map(foldKey);
}

function openThese(keys) {
  for (const title of accordions())
    if (keys.delete(foldKey(title)) && !isOpen(title)) title.click();
  for (const title of summaries())
    if (keys.delete(foldKey(title))) title.parentElement.open = true;
}

// ---- what was typed and may not have come to the server

const typed = new Map();
function fieldKey(field) {
  const block = field.closest('.block[id]');
  if (!block || !block.id || block.id === 'stamp') return null;
  return `${block.id} ${[...block.querySelectorAll(TYPED_IN)].indexOf(field)}`;
}
function fieldOf(key) {
  const [id, place] = key.split(' ');
  return document.getElementById(id)?.querySelectorAll(TYPED_IN)[Number(place)];
}
document.addEventListener('input', (event) => {
  const key = event.isTrusted && event.target.matches?.(TYPED_IN) && fieldKey(event.target);
  if (key) typed.set(key, { value: event.target.value, left: 0 });
});
document.addEventListener('focusout', ({ target }) => {
  const mine = target.matches?.(TYPED_IN) && typed.get(fieldKey(target));
  if (mine) mine.left = Date.now();
});
// What was left while the server answered has come to it.
const unsaved = () => [...typed].filter(([, each]) => !each.left || each.left > lastAnswer - 1500);

function putBack(values) {
  for (const [key, value] of [...values]) {
    const field = fieldOf(key);
    if (!field) continue;
    values.delete(key);
    if (field.value === value) continue;
    field.value = value;
    field.dispatchEvent(new Event('input', { bubbles: true }));
    field.focus({ preventScroll: true }); // so that leaving it commits it
  }
}

// ---- a reload

function keepPlace() {
  const place = {
    at: Date.now(), path: location.pathname, y: scrollY, folds: openFolds(),
    typed: unsaved().map(([key, { value }]) => [key, value]),
  };
  sessionStorage.setItem(PLACE, JSON.stringify(place));
}

async function returnToPlace() {
  history.scrollRestoration = 'manual';
  let moved = false; // Whoever does something meanwhile is left where that leads.
  const stay = () => { moved = true; };
  for (const kind of ['wheel', 'touchstart', 'keydown', 'pointerdown'])
    addEventListener(kind, stay, { once: true, passive: true });
  const entry = performance.getEntriesByType('navigation')[0];
  const kept = JSON.parse(sessionStorage.getItem(PLACE) || 'null');
  sessionStorage.removeItem(PLACE);
  const again = entry && entry.type !== 'navigate' && kept && kept.path === location.pathname;
  const { hash } = location;
  if (hash) {
    // While the page is being made, it may turn to its first tab once more.
    await turnToTab(partsOf(hash)[0]);
    await until(() => moved || document.querySelector('#status .name'));
    if (!moved) await (again ? turnToTab(partsOf(hash)[0]) : goTo(hash));
  }
  if (!again) return;
  const folds = new Set(kept.folds), values = new Map(kept.typed);
  await until(() => document.querySelector('#status .name')); // drawn, so it stays as it is put
  await until(() => {
    if (!moved) openThese(folds);
    putBack(values);
    const high = document.documentElement.scrollHeight - innerHeight;
    if (!moved && Math.abs(scrollY - Math.min(kept.y, high)) > 1) scrollTo(0, kept.y);
    return !values.size && (moved || (!folds.size && high >= kept.y));
  });
}

addEventListener('pagehide', keepPlace);
returnToPlace().catch(() => {}).then(() => setInterval(noteTab, 250));
