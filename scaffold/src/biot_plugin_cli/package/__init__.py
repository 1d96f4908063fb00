"""The package of a plugin: its source files and dependencies in one zip file, with a bill of materials."""
