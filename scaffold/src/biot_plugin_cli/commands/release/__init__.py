"""Commands for a release: what proves it."""
