// What test_chart_script.py asks of the chart's script.

// The strong line of a falling loss, and the loss.
function strongLine(count) {
  const rows = [];
  for (let step = 1; step <= count; step += 1) {
    const noise = 0.2 * Math.sin(7 * step);
    rows.push({ step, loss: 1.2 + 3 * Math.exp(-step / 15) + noise });
  }
  return [smoothed(rows, 'loss', 0.1), rows.map((row) => row.loss)];
}

// How far a mean reaches, and how far it is from a plain sum: of rows that stand for
// one step or for four, some of them without a figure.
function awayFromTheMean() {
  const rows = [];
  for (let i = 0, step = 0; i < 90; i += 1) {
    const count = i % 5 ? 1 : 4;
    step += count;
    rows.push({ step, count, loss: i % 11 === 3 ? null : Math.cos(i) });
  }
  const known = rows.filter((row) => row.loss !== null);
  const [first, last] = [known[0].step, known[known.length - 1].step];
  const far = reach(known, 0.1);
  const plain = known.map((row) => {
    const near = Math.min(far, row.step - first, last - row.step);
    const inside = known.filter((each) => Math.abs(each.step - row.step) <= near);
    const sum = (of) => inside.reduce((all, each) => all + of(each), 0);
    return sum((each) => each.count * each.loss) / sum((each) => each.count);
  });
  const drawn = smoothed(rows, 'loss', 0.1).filter((value) => value !== null);
  return [far, Math.max(...drawn.map((value, i) => Math.abs(value - plain[i])))];
}

// What stands under the axis of a chart of so many steps, and how many dots are drawn.
function underTheAxis(steps) {
  const rows = [];
  for (let step = 1; step <= steps; step += 1) rows.push({ step, loss: 2 / step });
  const spec = { name: 'loss', title: 'Loss', height: 200, smooth: true };
  const chart = new Chart(spec, { step: 'steps' });
  document.body.replaceChildren(chart.figure);
  chart.svg.style.width = '600px';
  const bounds = steps > 1 ? [1, steps] : [0, 2];
  const line = { run: 'a', number: 0, rows, marks: [] };
  chart.draw([line], { axis: 'step', bounds, share: 0.1 });
  const under = [...chart.svg.querySelectorAll('text')]
    .filter((text) => Number(text.getAttribute('y')) > 188);
  return [under.map((text) => text.textContent), chart.svg.querySelectorAll('circle').length];
}
