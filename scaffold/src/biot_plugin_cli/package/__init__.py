"""The plugin's package: its source files and dependencies in one zip."""
