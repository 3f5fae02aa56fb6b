// Once a second: does anything on the page have to change? A new stamp in the hidden
// field has it redrawn. A tab that nobody sees asks again when it is looked at, and
// while answers about the curves bring the stamp, no other is asked for. Each question
// costs a training beside it some milliseconds, so then it is asked half as often.
let toldUntil = 0;

const stamped = (stamp) => putInto('stamp', stamp);

function stampedBeside(stamp, seconds) {
  toldUntil = Date.now() + 1000 * seconds + 700;
  stamped(stamp);
}

async function look() {
  if (document.hidden) return;
  const reply = await askServer('stamp');
  if (reply.ok) stamped(await reply.text());
  else if (reply.status === 401) location.reload(); // The session is over: sign in again.
}

async function tick() {
  try {
    if (Date.now() > toldUntil) await look();
  } catch (error) { /* A network that is gone is asked again. */ }
  setTimeout(tick, document.querySelector('#watched [data-live="1"]') ? 2000 : 1000);
}

tick();
document.addEventListener('visibilitychange', () => look().catch(() => {}));
