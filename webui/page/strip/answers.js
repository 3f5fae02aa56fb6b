// Does the server answer? After a few seconds without, a line at the top says so and
// counts; the page goes on by itself once it does. A server that was started again knows
// nothing of this tab, so the page loads itself anew, at the place where one is.
const PATIENCE = 4, GIVE_UP = 10, RELOADED = 'tunebook-reloaded';
let lastAnswer = Date.now(), unanswered = 0, serverName = '', silentSince = 0;

async function askServer(path) {
  unanswered = unanswered || Date.now();
  const reply = await fetch(path, { cache: 'no-store', signal: AbortSignal.timeout(1000 * GIVE_UP) });
  // A proxy answers in the place of a server that is gone; one that starts knows nothing
  // of our questions yet. That one has to sign in, or may have no code, is an answer.
  const ours = reply.ok || reply.headers.has('tunebook-server') || [401, 409].includes(reply.status);
  if (!ours) throw new Error(reply.statusText);
  answered(reply.headers.get('tunebook-server') || '');
  return reply;
}

function answered(name) {
  lastAnswer = Date.now();
  unanswered = 0;
  if (serverName && name && name !== serverName) loadAnew();
  serverName = name || serverName;
  if (!silentSince) return;
  silentSince = 0;
  tellSilence();
  // What was drawn meanwhile may have been lost on the way.
  setTimeout(() => putInto('stamp', `${document.querySelector('#stamp textarea, #stamp input')?.value} `), 100);
}

function loadAnew() {
  const before = Number(sessionStorage.getItem(RELOADED) || 0);
  if (Date.now() - before < 15000) return; // two servers behind one address
  sessionStorage.setItem(RELOADED, Date.now());
  location.reload();
}

const silence = document.createElement('div');
silence.id = 'no-answer';
silence.hidden = true;
const silenceSaid = document.createElement('span'), silenceSeconds = document.createElement('span');
silenceSaid.setAttribute('role', 'alert');
silenceSeconds.setAttribute('aria-hidden', 'true');
silence.append(silenceSaid, ' ', silenceSeconds);
document.body.append(silence);

function tellSilence() {
  const words = document.querySelector('#strip-words [data-silent]')?.dataset;
  silence.hidden = !silentSince;
  const said = silentSince && words ? words.silent : '';
  if (silenceSaid.textContent !== said) silenceSaid.textContent = said;
  silenceSeconds.textContent = silentSince ? clock((Date.now() - silentSince) / 1000) : '';
}

setInterval(() => {
  if (document.hidden) { unanswered = 0; return; }
  if (!silentSince && unanswered && Date.now() - unanswered > 1000 * PATIENCE) silentSince = unanswered;
  if (silentSince) tellSilence();
}, 500);
