"""The rows of a recipe: read from any source, mapped, checked, prepared."""
