"""The recipe turned into cells of plain code."""
