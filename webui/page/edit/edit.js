// A page with an open editor asks before it is left: what was typed is only there.
addEventListener("beforeunload", (event) => {
  if (document.querySelector(".code-editor .cm-content")) event.preventDefault();
});
