"""Functions whose source the notebook carries, and that the planner calls too."""
