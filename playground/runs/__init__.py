"""A run kept, sent, packed, gone back in and computed again."""
