"""Rows out of any source, read without harm: files, archives, folders, the hub."""
