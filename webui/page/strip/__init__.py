"""The strip below the header: what goes on, wherever one is; and what came of it."""
