"""Images of plugins: a registry of the distribution API of one's own, or one that is elsewhere, and who may use it."""
