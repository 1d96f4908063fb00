"""Recorded events in files, one event a line: what a plugin received, and what the platform answered it meanwhile."""
