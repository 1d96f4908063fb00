"""Debuggers of a plugin: the port where they attach, and the clock that stands still meanwhile."""
