"""Base models: found by name, described, measured before and while they are loaded."""
