"""What the user asks for: a validated, nested model, stored as YAML."""

from webui.recipe.sections import Recipe

__all__ = ["Recipe"]
