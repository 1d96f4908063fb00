"""The platform's state: the store and the clock."""
