"""Exact parameter counts and a model's structure, from its configuration alone."""
