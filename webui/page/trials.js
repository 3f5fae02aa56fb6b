// The curves of a sweep's trials: what the server told of them, drawn as any chart.
class Trials {
  look() {
    const told = document.querySelector('#trials-told [data-trials]');
    const host = document.querySelector('#trials');
    const cell = host && host.closest('.cell'); // an empty chart takes no room itself
    if (!told || !cell || !cell.offsetParent) return;
    const { trials } = told.dataset;
    if (host === this.host && trials === this.drawn && cell.clientWidth === this.width) return;
    Object.assign(this, { host, drawn: trials, width: cell.clientWidth });
    this.draw(host, JSON.parse(trials));
  }

  draw(host, { name, title, labels, trials }) {
    const lines = trials.map(({ run, points }, number) => ({
      run, number, marks: [], names: [name],
      rows: points.map(([step, value]) => ({ step, [name]: value })),
    }));
    const drawn = lines.filter((line) => line.rows.length);
    host.replaceChildren();
    if (!drawn.length) return;
    const chart = new Chart({ name, title, id: `trials-${name}`, height: 220 }, labels);
    const legend = document.createElement('div');
    legend.className = 'legend';
    legend.append(...lines.map((line) => legendEntry(line.number, line.rows.length ? line.run : `${line.run} (–)`)));
    host.append(chart.figure, legend);
    chart.figure.hidden = false;
    const steps = drawn.flatMap((line) => line.rows.map((row) => row.step));
    const [low, high] = [Math.min(...steps), Math.max(...steps)];
    chart.draw(lines, { axis: 'step', bounds: low < high ? [low, high] : [low - 1, high + 1] });
  }
}

const trials = new Trials();
setInterval(() => trials.look(), 500);
