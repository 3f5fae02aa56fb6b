// One chart: a figure over the steps, drawn as SVG so that the theme's colours reach it.
// A row of several steps has their count and extremes: see webui/runs/curve.py.
const AXES = ['step', 'epoch', 'seconds'];
const DASHES = ['', '7 3', '2 3', '9 3 2 3', '12 4', '4 4', '1 4', '6 2 1 2'];
const EDGE = { left: 56, right: 12, top: 10, bottom: 24 };

function element(name, attributes = {}, text = '') {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const key in attributes) made.setAttribute(key, attributes[key]);
  made.textContent = text;
  return made;
}

const brief = (value) => {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (size >= 1e5) return value.toLocaleString('en', { maximumFractionDigits: 0 });
  if (size && size < 1e-3) return String(Number(value.toPrecision(3)).toExponential()).replace('e-', 'e−');
  return String(Number(value.toPrecision(4)));
};

const clock = (seconds) => {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  if (hours) return `${hours} h ${minutes} min`;
  return minutes ? `${minutes} min ${Math.round(seconds % 60)} s` : `${Math.round(seconds)} s`;
};

// Round values between two bounds, about as many as asked for; of steps, whole ones.
function ticks(low, high, wanted, whole = false) {
  const rough = Math.max((high - low) / wanted || 1, whole ? 1 : 0);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough) || rough;
  const found = [];
  for (let n = Math.ceil(low / step - 1e-9); n * step <= high + step * 1e-9; n++)
    found.push(Number((n * step).toPrecision(12)));
  return found;
}

function logTicks(low, high) {
  const found = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++)
    for (const n of high / low > 300 ? [1] : [1, 2, 5])
      if (n * 10 ** power >= low && n * 10 ** power <= high) found.push(n * 10 ** power);
  return found;
}

const has = (row, name) => row[name] !== null && row[name] !== undefined;

// So many steps on either side of one are in its mean; `share` is of all the steps.
function reach(rows, share) {
  const count = rows.length ? rows[rows.length - 1].step - rows[0].step + 1 : 0;
  return Math.floor((share * count) / 2);
}

// The mean around each step, a row of n steps counting like n. As much is taken from
// before as from behind, so the line neither lags nor ends elsewhere than the figures.
function smoothed(rows, name, share) {
  const known = rows.filter((row) => has(row, name));
  const far = reach(known, share);
  const last = known.length ? known[known.length - 1].step : 0;
  const [sums, counts] = [[0], [0]];
  for (const row of known) {
    const count = row.count || 1;
    sums.push(sums[sums.length - 1] + count * row[name]);
    counts.push(counts[counts.length - 1] + count);
  }
  let [from, to] = [0, 0];
  return rows.map((row) => {
    if (!has(row, name)) return null;
    const near = Math.min(far, row.step - known[0].step, last - row.step);
    while (known[from].step < row.step - near) from += 1;
    while (to + 1 < known.length && known[to + 1].step <= row.step + near) to += 1;
    return (sums[to + 1] - sums[from]) / (counts[to + 1] - counts[from]);
  });
}

// A line's colour and dashes, and whose they are.
function legendEntry(number, text) {
  const entry = document.createElement('span');
  entry.className = 'entry';
  const sample = element('svg', { width: 34, height: 10, 'aria-hidden': 'true' });
  sample.append(element('line', { class: `line run-${number % 8}`, 'stroke-dasharray': DASHES[number % 8], x1: 0, x2: 34, y1: 5, y2: 5 }));
  entry.append(sample, ` ${text}`);
  return entry;
}

class Chart {
  // spec: { name, title, log, height, scale, bands, limit, zero, smooth }
  constructor(spec, labels) {
    Object.assign(this, { spec, labels });
    this.figure = document.createElement('figure');
    this.figure.className = `chart chart-${spec.name}`;
    const title = document.createElement('figcaption');
    title.textContent = spec.title;
    this.svg = element('svg', { height: spec.height, tabindex: 0, role: 'img' });
    this.svg.id = `chart-${spec.id || spec.name}`;
    this.figure.append(title, this.svg);
  }

  // Where a value lies in the picture, once the bounds are known.
  x(value) { return EDGE.left + ((value - this.from) / (this.to - this.from || 1)) * this.width; }
  y(value) {
    const place = this.log ? Math.log(value / this.low) / Math.log(this.high / this.low || 2)
      : (value - this.low) / (this.high - this.low || 1);
    return EDGE.top + (1 - place) * this.height;
  }
  valueAt(pixel) { return this.from + ((pixel - EDGE.left) / this.width) * (this.to - this.from); }

  draw(lines, view) {
    const { spec } = this;
    [this.from, this.to] = view.bounds;
    this.log = view.log && spec.log;
    const parts = lines.map((line) => this.prepared(line, view));
    // Before its width is asked for: what is hidden has none.
    this.figure.hidden = !parts.some((part) => part.seen.length);
    const full = this.svg.clientWidth;
    if (!full) return;
    this.width = full - EDGE.left - EDGE.right;
    this.height = spec.height - EDGE.top - EDGE.bottom;
    if (!this.measure(parts, view)) return;
    const name = `clip-${this.svg.id.replace(/\W/g, '-')}`;
    const clip = element('clipPath', { id: name });
    clip.append(element('rect', { x: EDGE.left, y: EDGE.top - 4, width: this.width, height: this.height + 8 }));
    const inside = element('g', { 'clip-path': `url(#${name})` });
    this.svg.replaceChildren(clip, ...this.bands(view), ...this.axes(view), inside);
    // The main run last, so that it lies on top.
    for (const part of [...parts].reverse()) inside.append(...this.line(part));
    this.cursor = element('line', { class: 'cursor', y1: EDGE.top, y2: EDGE.top + this.height, visibility: 'hidden' });
    this.choice = element('rect', { class: 'choice', y: EDGE.top, height: this.height, visibility: 'hidden' });
    this.svg.append(this.choice, this.cursor);
    this.describe(parts[0], view);
  }

  prepared(line, view) {
    const { spec } = this;
    const scale = spec.scale || 1;
    const at = (row, end = '') => (has(row, spec.name + end) ? row[spec.name + end] / scale : null);
    const smooth = spec.smooth ? smoothed(line.rows, spec.name, view.share) : null;
    const points = line.rows.map((row, i) => ({
      x: row[view.axis], y: at(row), low: at(row, '.low') ?? at(row), high: at(row, '.high') ?? at(row),
      smooth: smooth && smooth[i],
    })).filter((point) => point.x !== null && point.y !== null);
    const marks = line.marks.map((mark) => ({ x: mark[view.axis], y: at(mark) }))
      .filter((mark) => mark.x !== null && mark.y !== null);
    const within = (point) => point.x >= this.from && point.x <= this.to;
    return { line, points, marks, seen: [...points.filter(within), ...marks.filter(within)] };
  }

  // The bounds of the picture. A few spikes far above all else are cut, and marked.
  measure(parts, view) {
    const values = parts.flatMap((part) => part.seen.flatMap((point) => [point.y, point.low, point.high]))
      .filter((value) => Number.isFinite(value) && (!this.log || value > 0)).sort((a, b) => a - b);
    const usual = values[Math.floor((values.length - 1) * 0.99)];
    let [low, high] = [values[0] ?? Infinity, values[values.length - 1] ?? -Infinity];
    this.cut = !this.log && this.spec.log && high - low > 3 * (usual - low) && usual > low ? low + 1.5 * (usual - low) : null;
    if (this.cut !== null) high = this.cut;
    if (this.spec.limit && view.limit) high = Math.max(high, view.limit / this.spec.scale);
    if (this.spec.zero && !this.log) low = Math.min(low, 0);
    if (!Number.isFinite(low)) return false;
    const room = (high - low || Math.abs(high) || 1) * 0.06;
    [this.low, this.high] = this.log ? [low / 1.08, high * 1.08] : [this.spec.zero && low >= 0 ? 0 : low - room, high + room];
    return true;
  }

  axes(view) {
    const drawn = [];
    const bottom = EDGE.top + this.height;
    for (const value of this.log ? logTicks(this.low, this.high) : ticks(this.low, this.high, this.height / 40)) {
      const y = this.y(value);
      drawn.push(element('line', { class: 'grid', x1: EDGE.left, x2: EDGE.left + this.width, y1: y, y2: y }));
      drawn.push(element('text', { x: EDGE.left - 6, y: y + 4, 'text-anchor': 'end' }, brief(value)));
    }
    const short = view.axis === 'seconds' ? clock : (n) => n.toLocaleString('en', { maximumFractionDigits: 3 });
    for (const value of ticks(this.from, this.to, Math.max(2, this.width / 110), view.axis === AXES[0])) {
      const [x, text] = [this.x(value), short(value)];
      const anchor = x > EDGE.left + this.width - 24 ? 'end' : 'middle';
      drawn.push(element('line', { class: 'grid', x1: x, x2: x, y1: bottom, y2: bottom + 4 }));
      drawn.push(element('text', { x: anchor === 'end' ? EDGE.left + this.width : x, y: bottom + 17, 'text-anchor': anchor }, text));
    }
    if (this.spec.limit && view.limit) {
      const y = this.y(view.limit / this.spec.scale);
      drawn.push(element('line', { class: 'limit', x1: EDGE.left, x2: EDGE.left + this.width, y1: y, y2: y }));
      drawn.push(element('text', { x: EDGE.left + 6, y: y + 13 }, this.labels.card));
    }
    return drawn;
  }

  // How far a norm lies above this run's own median; each band says its name.
  bands(view) {
    const median = this.spec.bands && view.median;
    if (!median) return [];
    const drawn = [];
    for (const [name, from, to] of [['healthy', 0, 3], ['high', 3, 10], ['extreme', 10, Infinity]]) {
      const low = Math.max(from * median, this.low);
      const high = Math.min(to * median, this.high);
      if (high <= low) continue;
      const [top, bottom] = [this.y(high), this.y(low)];
      drawn.push(element('rect', { class: `band ${name}`, x: EDGE.left, width: this.width, y: top, height: bottom - top }));
      if (bottom - top > 14) drawn.push(element('text', { class: 'band-name', x: EDGE.left + this.width - 5, y: top + 13, 'text-anchor': 'end' }, this.labels[name]));
    }
    return drawn;
  }

  line({ line, points, marks }) {
    const style = { class: `line run-${line.number % 8}`, 'stroke-dasharray': DASHES[line.number % 8] };
    const raw = [];
    for (const { x, low, high } of points) {
      if (this.log && !(low > 0)) continue;
      raw.push(`${this.x(x).toFixed(1)},${this.y(low).toFixed(1)}`);
      if (high !== low) raw.push(`${this.x(x).toFixed(1)},${this.y(high).toFixed(1)}`);
    }
    const spikes = this.cut === null ? [] : points.filter((p) => p.high > this.cut && p.x >= this.from && p.x <= this.to).slice(0, 60);
    const strong = points.filter((p) => p.smooth !== null && p.smooth !== undefined && (!this.log || p.smooth > 0))
      .map((p) => `${this.x(p.x).toFixed(1)},${this.y(p.smooth).toFixed(1)}`);
    const drawn = [element('polyline', { ...style, class: style.class + (this.spec.smooth ? ' raw' : ''), points: raw.join(' ') })];
    if (points.length === 1 && raw.length) { // of one step there is no line
      const [cx, cy] = raw[0].split(',');
      drawn.push(element('circle', { class: `${style.class} only`, cx, cy, r: 2.5 }));
    }
    for (const { x, high } of spikes) {
      const mark = element('text', { class: `spike run-${line.number % 8}`, x: this.x(x), y: EDGE.top + 7, 'text-anchor': 'middle' }, '▲');
      mark.append(element('title', {}, brief(high)));
      drawn.push(mark);
    }
    if (strong.length) drawn.push(element('polyline', { ...style, points: strong.join(' ') }));
    const shown = marks.filter((mark) => !this.log || mark.y > 0);
    if (shown.length > 1) drawn.push(element('polyline', { ...style, class: `${style.class} between`, points: shown.map((m) => `${this.x(m.x)},${this.y(m.y)}`).join(' ') }));
    for (const { x, y } of shown.length > 200 ? shown.filter((_, i) => i % Math.ceil(shown.length / 200) === 0) : shown)
      drawn.push(element('circle', { class: style.class, cx: this.x(x), cy: this.y(y), r: 3.5 }));
    return drawn;
  }

  describe(part, view) {
    const last = part && part.points[part.points.length - 1];
    const mark = part && part.marks[part.marks.length - 1];
    const words = [this.spec.title];
    if (last) words.push(`${brief(last.y)} (${this.labels[view.axis]} ${brief(last.x)})`);
    if (mark) words.push(`${this.labels.evaluated} ${brief(mark.y)}`);
    this.svg.setAttribute('aria-label', words.join(', '));
  }

  point(x) {
    if (!this.cursor || this.figure.hidden) return;
    const seen = x !== null && x >= this.from && x <= this.to;
    this.cursor.setAttribute('visibility', seen ? 'visible' : 'hidden');
    if (seen) for (const end of ['x1', 'x2']) this.cursor.setAttribute(end, this.x(x));
  }

  choose(from, to) {
    this.choice.setAttribute('visibility', from === null ? 'hidden' : 'visible');
    if (from === null) return;
    this.choice.setAttribute('x', Math.min(from, to));
    this.choice.setAttribute('width', Math.abs(to - from));
  }
}
