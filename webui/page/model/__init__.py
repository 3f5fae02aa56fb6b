"""The parts of tab Model: its card, the search, and the unpacking of a GGUF file."""
