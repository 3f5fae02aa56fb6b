"""Peak memory of a training, before it starts: an estimate in parts, with a band."""
