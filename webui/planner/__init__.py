"""Answers before any weight is loaded, given by a helper process on the CPU."""
