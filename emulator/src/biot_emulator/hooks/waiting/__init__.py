"""How long the platform waits for plugins."""
