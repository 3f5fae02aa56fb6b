// What differs between the lines of a code as they were and as they are.
const MOST_COMPARED = 1000;

// Which lines are new (their places from 0), and where lines went: [before place, those lines].
function lineChanges(old, lines) {
  let from = 0;
  while (from < old.length && from < lines.length && old[from] === lines[from]) from += 1;
  let [end, newEnd] = [old.length, lines.length];
  while (end > from && newEnd > from && old[end - 1] === lines[newEnd - 1]) { end -= 1; newEnd -= 1; }
  const kept = keptLines(old.slice(from, end), lines.slice(from, newEnd));
  const [fresh, gone] = [[], []];
  let [i, j] = [0, 0];
  for (const [a, b] of [...kept, [end - from, newEnd - from]]) {
    for (let k = j; k < b; k += 1) fresh.push(from + k);
    const left = (a - i) - (b - j);
    if (left > 0) gone.push([from + b, old.slice(from + a - left, from + a)]);
    [i, j] = [a + 1, b + 1];
  }
  return { fresh, gone };
}

// Pairs of places of lines that both have, in order: a longest common subsequence.
function keptLines(old, lines) {
  if (old.length > MOST_COMPARED || lines.length > MOST_COMPARED) return [];
  const length = Array.from({ length: old.length + 1 }, () => new Uint16Array(lines.length + 1));
  for (let i = old.length - 1; i >= 0; i -= 1)
    for (let j = lines.length - 1; j >= 0; j -= 1)
      length[i][j] = old[i] === lines[j] ? length[i + 1][j + 1] + 1 : Math.max(length[i + 1][j], length[i][j + 1]);
  const pairs = [];
  for (let i = 0, j = 0; i < old.length && j < lines.length;) {
    if (old[i] === lines[j]) { pairs.push([i, j]); i += 1; j += 1; }
    else if (length[i + 1][j] >= length[i][j + 1]) i += 1;
    else j += 1;
  }
  return pairs;
}

// Numbers in a few words: 3, 7–9.
function shortly(numbers) {
  const parts = [];
  for (const number of numbers) {
    const last = parts[parts.length - 1];
    if (last && last[1] === number - 1) last[1] = number;
    else parts.push([number, number]);
  }
  return parts.map(([a, b]) => (a === b ? `${a}` : `${a}–${b}`)).join(', ');
}

// A sentence about what changed.
function changesSaid({ fresh, gone }, words) {
  const said = [];
  if (fresh.length) {
    const lines = shortly(fresh.map((place) => place + 1));
    said.push((fresh.length === 1 ? words.one : words.some.replace('{n}', fresh.length)).replace('{}', lines));
  }
  for (const [before, lines] of gone)
    said.push((lines.length === 1 ? words.oneGone : words.someGone.replace('{n}', lines.length)).replace('{}', before + 1));
  return said.join(' · ');
}
