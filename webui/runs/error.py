"""The error of everything that is done with a run."""

from webui.errors import UserError


class RunError(UserError):
    """A run that cannot be found or used."""
