"""Well-known models by their shape: counted and laid out with no hub in reach."""
