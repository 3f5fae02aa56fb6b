"""Gradio: edits the recipe and shows the rest. Nothing imports the page."""
