// What the browser knows of a run's curves. It asks for what is new, in small pieces.
const MOST_ROWS = 3000;

// Rows by the names of their values; one of a single step has fewer.
const named = (rows, names) => rows.map((row) => Object.fromEntries(row.map((value, i) => [names[i], value])));

class Store {
  constructor(run) {
    Object.assign(this, { run, generation: -1, shape: 0, known: 0, heard: 0, rows: [], marks: [], names: [] });
    Object.assign(this, { coming: null, detail: null, busy: false, live: false, again: 1, gone: false });
    Object.assign(this, { figures: {}, share: 0, median: null, old: false });
  }

  async ask(more = {}) {
    const { run, generation, shape, known, heard } = this;
    const words = new URLSearchParams({ run, generation, shape, known, heard, ...more });
    const reply = await askServer(`curves?${words}`);
    if (reply.status === 404) this.gone = true;
    if (!reply.ok) throw new Error(reply.statusText);
    const answer = await reply.json();
    if (answer.names) this.learn(answer);
    return answer;
  }

  // What the values of rows and of evaluations are: told once, and when there are more.
  learn({ shape, names, ends, marked: places }) {
    const marked = places.map((place) => (typeof place === 'number' ? names[place] : place));
    const extremes = Object.keys(ends).flatMap((end) => ends[end].map((place) => `${names[place]}.${end}`));
    const [seen, unseen] = [names, marked].map((list) => list.slice(AXES.length));
    Object.assign(this, { shape, rowNames: [...names, 'count', ...extremes], markNames: marked });
    this.names = [...new Set([...names, ...marked])];
    this.metrics = [...seen, ...unseen.map((name) => `eval_${name}`)];
  }

  // Ask until nothing is new. A network that is gone is asked again at the next look.
  async update(changed) {
    if (this.busy || this.gone) return;
    this.busy = true;
    try {
      // The newest steps come one by one; before they are too many to draw, ask anew.
      if (this.rows.length > MOST_ROWS) this.known = this.heard = 0;
      for (let more = true; more;) {
        const answer = await this.ask();
        this.take(answer);
        more = answer.more;
        changed();
      }
    } catch (error) {
      // The next look tries again.
    } finally {
      this.busy = false;
    }
  }

  take(answer) {
    if (answer.generation !== this.generation || (answer.from === 0 && this.rows.length)) {
      this.coming = { rows: [], marks: [] };
      this.detail = null;
      // What was drawn stays until the new is whole; of nothing, the first part shows.
      if (!this.rows.length) Object.assign(this, this.coming);
    }
    const into = this.coming || this;
    into.rows.push(...named(answer.rows, this.rowNames));
    into.marks.push(...named(answer.marks, this.markNames));
    const { generation, known, heard } = answer;
    Object.assign(this, { generation, known, heard });
    if (answer.more) return;
    if (this.coming) Object.assign(this, this.coming, { coming: null });
    const { live, again, share, median, old } = answer;
    const figures = Object.fromEntries(this.metrics.map((name, i) => [name, answer.measured[i]]));
    Object.assign(this, { live, again, share, median, old, figures: { ...figures, ...answer.figures } });
    // Of a run that has ended nobody asks again, so the clock goes on at once.
    stampedBeside(answer.stamp, live ? again : 0);
  }

  // The part that was zoomed into, if it is drawn from rows of several steps.
  async look(first, last, changed) {
    const coarse = this.rows.some((row) => row.count && row.step >= first && row.step <= last);
    const same = this.detail && this.detail.first === first && this.detail.last === last;
    if (!coarse || same) return;
    const detail = (this.detail = { first, last, rows: [], whole: false });
    try {
      for (let known = 0, more = true; more && this.detail === detail;) {
        const answer = await this.ask({ known, first, last });
        detail.rows.push(...named(answer.rows, this.rowNames));
        ({ known, more } = answer);
      }
      detail.whole = true;
      changed();
    } catch (error) {
      this.detail = null;
    }
  }

  // All rows, those of the zoomed part in detail.
  get drawn() {
    const { detail, rows } = this;
    if (!detail || !detail.whole || !detail.rows.length) return rows;
    const [first, last] = [detail.rows[0].step, detail.rows[detail.rows.length - 1].step];
    return [...rows.filter((r) => r.step < first), ...detail.rows, ...rows.filter((r) => r.step > last)];
  }
}
