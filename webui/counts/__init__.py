"""What a model with its adapter amounts to, before any weight is loaded."""
