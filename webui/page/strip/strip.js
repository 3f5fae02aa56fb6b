// The strip below the header: the curve and the bar in it, and what is said aloud. What
// the server draws anew comes without a curve; it is there again before one sees it.
const SPARK = { width: 96, height: 22, points: 48 };
let sparked = '';

// Means over pieces of the training, so that a spike does not hide where it goes.
function sparkPoints(rows) {
  const known = rows.filter((row) => Number.isFinite(row.loss) && row.loss !== null);
  const each = Math.max(1, Math.ceil(known.length / SPARK.points));
  const means = [];
  for (let at = 0; at < known.length; at += each) {
    const piece = known.slice(at, at + each);
    means.push(piece.reduce((sum, row) => sum + row.loss, 0) / piece.length);
  }
  return means;
}

function sparkLine(means) {
  const [low, high] = [Math.min(...means), Math.max(...means)];
  const { width, height } = SPARK;
  const across = (i) => (means.length > 1 ? (i * (width - 4)) / (means.length - 1) : 0) + 2;
  const up = (loss) => height - 3 - ((height - 6) * (loss - low)) / (high - low || 1);
  return means.map((loss, i) => `${across(i).toFixed(1)},${up(loss).toFixed(1)}`).join(' ');
}

function drawSpark(store) {
  if (store) sparked = store.rows.length > 1 ? sparkLine(sparkPoints(store.rows)) : '';
  for (const place of document.querySelectorAll('#strip-told .spark')) {
    if (place.dataset.points === sparked) continue;
    place.dataset.points = sparked;
    const svg = element('svg', { width: SPARK.width, height: SPARK.height });
    if (sparked) svg.append(element('polyline', { points: sparked }));
    place.replaceChildren(svg);
  }
  const bar = document.querySelector('#strip-told .strip-bar[data-live] > div');
  if (bar && store && store.figures.step) bar.style.width = `${store.share}%`;
}

// Said once for each thing that goes on, and for how it ended; never each second.
const aloud = document.createElement('div');
aloud.className = 'unseen';
aloud.id = 'strip-said';
aloud.setAttribute('role', 'status');
document.body.append(aloud);
let stripFocus = null;

function settleStrip() {
  const strip = document.querySelector('#strip-told .strip');
  if (!strip) return;
  drawSpark(null);
  const said = strip.dataset.said || '';
  if (aloud.textContent !== said) aloud.textContent = said;
  // A redraw replaces the link that the keyboard is on.
  if (stripFocus && document.activeElement === document.body)
    strip.querySelector(`a[href="${stripFocus}"]`)?.focus({ preventScroll: true });
}

document.addEventListener('focusin', ({ target }) => {
  stripFocus = target.closest?.('#strip-told a')?.getAttribute('href') || null;
});

function watchStrip() {
  const told = document.querySelector('#strip-told');
  if (!told) { setTimeout(watchStrip, 100); return; }
  const observer = new MutationObserver(() => {
    settleStrip();
    observer.takeRecords(); // of what was drawn here
  });
  observer.observe(told, { childList: true, subtree: true });
  settleStrip();
}
watchStrip();
