"""The names that the platform publishes for hooks, for editors and type checkers; nothing here is loaded in Lambda."""
