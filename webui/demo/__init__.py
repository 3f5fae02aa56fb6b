"""A page for strangers: one prompt, the base beside one trained model, nothing else."""
