"""A plugin at a URL of its own: whether it answers there, and its registration at the platform."""
