"""The commands, each a function of its parsed arguments that returns an exit code."""
