"""Older code of a plugin, to be deployed again: as it was stored, built from its commit, or in a file."""
