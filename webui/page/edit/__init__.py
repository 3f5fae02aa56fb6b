"""Edit this cell: a cell's code by hand, on the page of its owner."""
