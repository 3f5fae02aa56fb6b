// Once a second: does anything on the page have to change? A new stamp in the hidden
// field has it redrawn. A tab that nobody sees asks again when it is looked at.
async function look() {
  const field = document.querySelector('#stamp textarea, #stamp input');
  if (document.hidden || !field) return;
  const reply = await fetch('stamp', { cache: 'no-store' });
  const stamp = await reply.text();
  if (!reply.ok || stamp === field.value) return;
  field.value = stamp;
  field.dispatchEvent(new Event('input', { bubbles: true }));
}

async function tick() {
  try {
    await look();
  } catch (error) { /* A network that is gone is asked again. */ }
  setTimeout(tick, 1000);
}

tick();
document.addEventListener('visibilitychange', () => look().catch(() => {}));
