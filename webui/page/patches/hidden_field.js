// A script puts a text into a hidden Textbox as a user would type it, and Gradio tells
// the server of the change. Leans on the one textarea or input inside of the element with
// the component's id, and on its listening to `input`.
// For Gradio 6.31. Can go when a script may set a component's value by its id.
function putInto(id, text) {
  const field = document.querySelector(`#${id} textarea, #${id} input`);
  if (!field || text === field.value) return;
  field.value = text;
  field.dispatchEvent(new Event('input', { bubbles: true }));
}
