"""The settings service: plugins, their configuration and their code."""
