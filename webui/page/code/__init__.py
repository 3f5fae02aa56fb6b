"""The code pane: the cells as lines, what changed, which field decides what."""
