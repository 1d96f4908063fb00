"""Hooks: what the platform calls a plugin for, and the functions that handle it."""
