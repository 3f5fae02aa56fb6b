"""What happened: one folder for each run, readable by a person."""
