// The demo asks by one route and shows what streams back, always as text.
const part = (id) => document.getElementById(id);
const wordsOf = () => JSON.parse(part('words')?.dataset.words || '{}');
const tell = (text) => { part('told').textContent = text; };
const pane = (name) => document.querySelector(`#${name}-pane .answer`);
const button = (id) => document.querySelector(`button#${id}, #${id} button`);
let asking = null;

function setBusy(busy) {
  button('ask').disabled = busy;
  button('stop').disabled = !busy;
}

// Each event of a stream as an object.
async function* eventsOf(reply) {
  const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const parts = (rest + value).split('\n\n');
    rest = parts.pop();
    for (const each of parts) yield JSON.parse(each.slice('data: '.length));
  }
}

function show(event, words) {
  if ('place' in event) tell(words.place.replace('{}', event.place));
  for (const name of ['base', 'tuned']) {
    if (!(name in event)) continue;
    pane(name).textContent += event[name];
    tell(words[name]);
  }
  if ('end' in event) tell(words[event.end] ?? '');
  return 'end' in event;
}

window.askBoth = async (prompt, tokens, temperature) => {
  if (asking) return;
  const words = wordsOf();
  const mine = new AbortController();
  asking = mine;
  setBusy(true);
  tell(words.asking);
  pane('base').textContent = pane('tuned').textContent = '';
  let ended = false;
  try {
    const reply = await fetch('ask', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ prompt, tokens, temperature }),
      signal: mine.signal,
    });
    if (reply.ok) for await (const event of eventsOf(reply)) ended = show(event, words);
    else {
      const refused = await reply.json().catch(() => ({}));
      tell(refused[document.documentElement.lang] || refused.en || words.failed);
      ended = true;
    }
    if (!ended) tell(words.failed);
  } catch (error) {
    tell(mine.signal.aborted ? words.left : words.gone);
  }
  asking = null;
  setBusy(false);
};

window.stopAsking = () => asking?.abort();

// Control or Command and Enter asks, as in a notebook.
document.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) button('ask')?.click();
});

(function tellUntil() {
  const until = part('until');
  if (!until) { setTimeout(tellUntil, 50); return; }
  const time = new Date(1000 * Number(until.dataset.ends));
  const lang = document.documentElement.lang;
  const written = time.toLocaleString(lang, { dateStyle: 'medium', timeStyle: 'short' });
  until.textContent = wordsOf().until.replace('{}', written);
  setBusy(false);
})();
