"""Runs functions: interpreters, extracted code, and pools of sandboxes."""
