// The charts of the Train tab: controls, zoom, read-out, and the figures that move.
const READ = ['loss', 'grad_norm', 'learning_rate'];
const MEMO = 'tunebook-curves';

class Curves {
  constructor() {
    this.state = { share: 0.1, log: false, axis: AXES[0], zoom: null, zoomed: '', over: [], asked: '[]' };
    try {
      Object.assign(this.state, JSON.parse(sessionStorage.getItem(MEMO) || '{}'));
    } catch (error) { /* what another version left is not needed */ }
    if (!AXES.includes(this.state.axis)) this.state.axis = AXES[0];
    Object.assign(this, { stores: new Map(), run: '', mark: '', others: '', at: null, lastAsked: 0 });
  }

  keep() { sessionStorage.setItem(MEMO, JSON.stringify(this.state)); }
  store(run) {
    if (!this.stores.has(run)) this.stores.set(run, new Store(run));
    return this.stores.get(run);
  }
  get shown() { return [this.run, ...this.state.over.filter((run) => run !== this.run)].filter(Boolean); }

  // Twice a second: is there another run, are there news, is the page new?
  look() {
    const told = document.querySelector('#watched [data-run]');
    if (!told) return;
    const { run, live, mark, others, overlaid, card, sweep } = told.dataset;
    const host = document.querySelector('#curves');
    if (host) host.hidden = Boolean(sweep); // its trials have a chart of their own
    const visible = Boolean(host && host.offsetParent);
    if (run !== this.run) this.turnTo(run);
    this.limit = Number(card);
    if (overlaid !== this.state.asked) {
      Object.assign(this.state, { asked: overlaid, over: JSON.parse(overlaid) });
      this.keep();
    }
    if (host && !host.firstChild) this.build(host);
    if (this.host && others + overlaid !== this.others) this.offer(JSON.parse(others), others + overlaid);
    const seconds = this.store(run).again;
    const wait = live && !document.hidden ? 1000 * seconds - 100 : Infinity;
    if (run && (mark !== this.mark || Date.now() - this.lastAsked > wait)) {
      Object.assign(this, { mark, lastAsked: Date.now() });
      this.update();
    }
    if (visible && host.clientWidth !== this.drawnWidth) this.redraw();
  }

  turnTo(run) {
    this.run = run;
    if (this.state.zoomed !== run) Object.assign(this.state, { zoom: null, zoomed: run });
    this.mark = '';
    this.keep();
    this.redraw();
  }

  update() {
    for (const run of this.shown) {
      const store = this.store(run);
      if (run === this.run || store.live || store.generation < 0) store.update(() => this.redraw());
    }
    this.detail();
  }

  build(host) {
    this.host = host;
    this.labels = JSON.parse(host.dataset.labels);
    this.titles = JSON.parse(host.dataset.titles);
    this.charts = [];
    this.legend = this.part('div', 'legend');
    this.readout = this.part('div', 'readout quiet');
    this.readout.setAttribute('aria-live', 'polite');
    this.over = this.part('details', 'over');
    host.append(this.controls(), this.over, this.legend, this.readout);
    for (const row of JSON.parse(host.dataset.charts)) {
      const place = this.part('div', row.charts.length > 1 ? 'charts' : '');
      place.append(...row.charts.map((spec) => this.chart(spec).figure));
      host.append(place, ...(row.aside ? [this.said(row.aside)] : []));
    }
    this.declared = this.charts.length;
    this.further = this.part('div', 'charts');
    host.append(this.further, this.said('how'));
    this.others = '';
    this.redraw();
  }

  chart(spec) {
    const made = new Chart({ height: 190, title: this.titles[spec.name] || spec.name, ...spec }, this.labels);
    this.charts.push(made);
    this.listen(made);
    return made;
  }

  // A metric that nobody declared has a chart as soon as it is logged.
  addFurther(lines) {
    const known = new Set([...AXES, ...this.charts.map((chart) => chart.spec.name)]);
    for (const name of new Set(lines.flatMap((line) => line.names)))
      if (!known.has(name)) this.further.append(this.chart({ name, smooth: true, log: true }).figure);
  }

  part(tag, name, text = '') {
    const made = document.createElement(tag);
    made.className = name;
    made.textContent = text;
    return made;
  }
  said(name) { return this.part('p', 'quiet aside', this.labels[name]); }

  controls() {
    const bar = this.part('div', 'controls');
    const labelled = (name, input) => {
      const label = this.part('label', '', `${this.labels[name]} `);
      input.id = `curves-${name}`;
      label.append(input);
      bar.append(label);
      return input;
    };
    const change = (values) => { Object.assign(this.state, values); this.keep(); this.redraw(); };
    const range = labelled('smoothing', Object.assign(document.createElement('input'), { type: 'range', min: 0, max: 0.4, step: 0.02, value: this.state.share }));
    range.oninput = () => change({ share: Number(range.value) });
    this.smoothing = this.part('output', 'quiet');
    range.after(this.smoothing);
    const log = labelled('log', Object.assign(document.createElement('input'), { type: 'checkbox', checked: this.state.log }));
    log.onchange = () => change({ log: log.checked });
    const axis = labelled('across', document.createElement('select'));
    AXES.forEach((name) => axis.add(new Option(this.labels[name], name, false, name === this.state.axis)));
    axis.onchange = () => change({ axis: axis.value, zoom: null });
    this.reset = this.part('button', 'plain-button', this.labels.reset);
    this.reset.id = 'curves-reset';
    this.reset.onclick = () => this.zoom(null);
    bar.append(this.reset);
    return bar;
  }

  // The other runs, to be ticked.
  offer(names, others) {
    this.others = others;
    const list = this.part('div', 'runs-over');
    for (const name of names) {
      const box = Object.assign(document.createElement('input'), { type: 'checkbox', checked: this.state.over.includes(name) });
      box.onchange = () => {
        const rest = this.state.over.filter((run) => run !== name);
        this.state.over = box.checked ? [...rest, name] : rest;
        this.keep();
        this.update();
        this.redraw();
      };
      const label = this.part('label', '');
      label.append(box, ` ${name}`);
      list.append(label);
    }
    if (!names.length) list.append(this.part('p', 'quiet', this.labels.none));
    this.over.replaceChildren(this.part('summary', '', this.labels.over), list);
    this.state.over = this.state.over.filter((run) => names.includes(run) || run === this.run);
    this.update();
  }

  listen(chart) {
    const { svg } = chart;
    const pixel = (event) => Math.min(Math.max(event.clientX - svg.getBoundingClientRect().left, EDGE.left), EDGE.left + chart.width);
    let begun = null;
    svg.onpointerdown = (event) => { begun = pixel(event); if (event.pointerId) svg.setPointerCapture(event.pointerId); };
    svg.onpointermove = (event) => {
      if (!chart.width) return;
      this.point(chart.valueAt(pixel(event)));
      if (begun !== null) chart.choose(begun, pixel(event));
    };
    svg.onpointerup = (event) => {
      const [from, to] = [begun, pixel(event)].sort((a, b) => a - b);
      const far = begun !== null && to - from > 8;
      begun = null;
      chart.choose(null);
      if (far) this.zoom([chart.valueAt(from), chart.valueAt(to)]);
    };
    svg.onpointercancel = () => { begun = null; chart.choose(null); };
    svg.onpointerleave = () => { if (begun === null) this.point(null); };
    svg.ondblclick = () => this.zoom(null);
    svg.onkeydown = (event) => this.pressed(event, chart);
  }

  pressed(event, chart) {
    const [from, to] = [chart.from, chart.to];
    const at = this.at ?? to;
    const go = { ArrowLeft: -0.02, ArrowRight: 0.02 }[event.key];
    if (go) this.point(Math.min(Math.max(at + go * (to - from), from), to));
    else if (event.key === '+' || event.key === '=') this.zoom([Math.max(at - (to - from) / 4, from), Math.min(at + (to - from) / 4, to)]);
    else if (event.key === '-') this.zoom([from - (to - from) / 2, to + (to - from) / 2]);
    else if (event.key === '0' || event.key === 'Escape') this.zoom(null);
    else return;
    event.preventDefault();
  }

  zoom(bounds) {
    if (bounds) {
      const [low, high] = this.extent();
      bounds = [Math.max(bounds[0], low), Math.min(bounds[1], high)];
      if (bounds[0] <= low && bounds[1] >= high) bounds = null;
    }
    Object.assign(this.state, { zoom: bounds, zoomed: this.run });
    this.keep();
    this.redraw();
    this.detail();
  }

  // A zoomed part in detail; the server counts in steps, whatever is drawn across.
  detail() {
    const { zoom, axis } = this.state;
    if (!zoom) return;
    for (const run of this.shown) {
      const rows = this.store(run).rows;
      const inside = rows.filter((row) => row[axis] >= zoom[0] && row[axis] <= zoom[1]);
      if (axis === AXES[0]) this.store(run).look(Math.floor(zoom[0]), Math.ceil(zoom[1]), () => this.redraw());
      else if (inside.length) this.store(run).look(inside[0].step, inside[inside.length - 1].step, () => this.redraw());
    }
  }

  extent() {
    let [low, high] = [Infinity, -Infinity];
    for (const run of this.shown) for (const list of [this.store(run).rows, this.store(run).marks])
      for (const row of [list[0], list[list.length - 1]])
        if (row && row[this.state.axis] !== null) [low, high] = [Math.min(low, row[this.state.axis]), Math.max(high, row[this.state.axis])];
    return low < high ? [low, high] : [Number.isFinite(low) ? low - 1 : 0, Number.isFinite(high) ? high + 1 : 1];
  }

  redraw() {
    if (this.asked) return;
    this.asked = true;
    requestAnimationFrame(() => { this.asked = false; this.draw(); });
  }

  draw() {
    this.tell();
    if (!this.host || !this.host.isConnected || !this.host.offsetParent) return;
    this.drawnWidth = this.host.clientWidth;
    const lines = this.shown.map((run, number) => ({ run, number, rows: this.store(run).drawn, marks: this.store(run).marks, names: this.store(run).names }));
    this.addFurther(lines);
    const main = this.run && this.store(this.run);
    const view = { ...this.state, bounds: this.state.zoom || this.extent(), limit: this.limit, median: main && main.median };
    this.host.classList.toggle('empty', !lines.some((line) => line.rows.length));
    for (const chart of this.charts) chart.draw(lines, view);
    this.host.dataset.rows = lines.map((line) => line.rows.length).join(' ');
    this.host.dataset.zoom = this.state.zoom ? this.state.zoom.map((n) => Math.round(n)).join(' ') : '';
    this.reset.disabled = !this.state.zoom;
    const far = main ? reach(main.rows, this.state.share) : 0;
    const words = far ? this.labels.steps_smoothed.replace('{}', brief(2 * far + 1)) : this.labels.none_smoothed;
    if (this.smoothing.textContent !== words) this.smoothing.textContent = words;
    this.legend.replaceChildren(...lines.map((line) => this.entry(line)));
    this.point(this.at);
  }

  entry({ run, number, rows }) {
    const entry = legendEntry(number, `${run}${rows.length ? '' : ' (–)'}`);
    if (this.store(run).old) entry.append(this.part('span', 'quiet', ` (${this.labels.old})`));
    return entry;
  }

  // What the lines say at one place.
  point(x) {
    this.at = x;
    for (const chart of this.charts || []) chart.point(x);
    if (!this.readout) return;
    const words = x === null ? [] : this.shown.map((run, number) => this.reading(run, number, x)).filter(Boolean);
    this.readout.textContent = words.join('   |   ') || (this.store(this.run || '').rows.length ? '' : this.labels.waiting);
  }

  reading(run, number, x) {
    const rows = this.store(run).drawn;
    let [low, high] = [0, rows.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (rows[middle][this.state.axis] < x) low = middle + 1; else high = middle;
    }
    const row = rows[low];
    if (!row) return '';
    const read = [...READ, ...this.charts.slice(this.declared).map((chart) => chart.spec.name)];
    const words = [`${this.labels.step} ${row.step.toLocaleString('en')}`, `${this.labels.epoch} ${brief(row.epoch)}`,
      ...(number ? read.slice(0, 1) : read).map((name) => `${this.titles[name] || name} ${brief(row[name])}`)].join(' · ');
    return number ? `${run}: ${words}` : words;
  }

  // Figures of the shown run that stand in the page, and the time that cells take.
  tell() {
    const store = this.run && this.store(this.run);
    if (store) drawSpark(store);
    if (store) for (const place of document.querySelectorAll('[data-figure]'))
      if (store.figures[place.dataset.figure]) place.textContent = store.figures[place.dataset.figure];
    const bar = document.querySelector('#progress .track');
    if (bar && store && store.figures.step) {
      bar.setAttribute('aria-valuenow', Math.round(store.share));
      bar.firstElementChild.style.width = `${store.share}%`;
    }
  }
}

function tickClocks() {
  for (const place of document.querySelectorAll('[data-elapsed]')) {
    place.dataset.since = place.dataset.since || Date.now() / 1000 - Number(place.dataset.elapsed);
    place.textContent = clock(Math.max(Date.now() / 1000 - Number(place.dataset.since), 0));
  }
}

const curves = new Curves();
setInterval(() => { curves.look(); tickClocks(); }, 500);
