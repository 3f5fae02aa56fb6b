"""A Jupyter kernel, the one process that uses the accelerator; it runs the cells."""
