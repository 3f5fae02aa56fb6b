// The first Tab stop leads past header and tabs to the cell that is open.
{
  const skip = document.createElement('a');
  skip.className = 'skip';
  skip.href = '#content';
  skip.textContent = document.documentElement.lang.startsWith('zh') ? '跳到单元格' : 'Skip to the cell';
  skip.onclick = (event) => {
    event.preventDefault(); // The document's base is another address.
    const cell = [...document.querySelectorAll('.cell')].find((each) => each.checkVisibility());
    if (!cell) return;
    cell.tabIndex = -1;
    cell.focus();
  };
  const main = document.querySelector('main');
  if (main) main.id = 'content';
  document.body.prepend(skip);
}
