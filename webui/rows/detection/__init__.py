"""What rows turn out to be: their columns, and the format that these fit."""
