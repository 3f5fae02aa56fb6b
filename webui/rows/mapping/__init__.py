"""From a raw row to a conversation or a text: one mapper for each format."""
