"""What a plugin depends on: its lock, its wheels, and their installation for Lambda."""
