"""One module a tab: each builds its cells into the page that it is given."""
