"""All rows of a recipe, read, repaired and checked once before a training begins."""
