"""The commands for a plugin that is deployed by other tools, or runs at an address of its own."""
