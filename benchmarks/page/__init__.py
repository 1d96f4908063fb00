"""Writes what was measured into the documentation, as tables and as pictures."""
