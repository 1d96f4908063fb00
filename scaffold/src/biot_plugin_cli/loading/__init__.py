"""Loads the built package as Lambda does, and explains how that differs from the plugin's folder."""
