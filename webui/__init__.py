"""Tunebook: fine-tune a language model in the browser, and keep the notebook."""

__version__ = "0.1.0"
