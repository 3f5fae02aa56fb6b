"""The parts of tab Runs: the table, and what is shown and done of one run."""
