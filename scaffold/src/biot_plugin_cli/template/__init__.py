"""The template of plugin repositories: creation, upgrade and history."""
