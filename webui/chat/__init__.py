"""What a chat template makes of a conversation: what is read, and what is learned."""
