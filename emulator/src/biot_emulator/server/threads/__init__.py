"""The threads of a server: the one that serves, and those that work meanwhile."""
