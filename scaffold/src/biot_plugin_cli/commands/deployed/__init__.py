"""Commands for a plugin where it runs: they show it, change it, and take it away."""
