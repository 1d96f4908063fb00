"""What a decorator registers: hooks, the functions that handle them, and the subscriptions that they imply."""
