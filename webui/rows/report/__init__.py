"""The report of all rows: what is left out, too long, twice, or leaks."""
