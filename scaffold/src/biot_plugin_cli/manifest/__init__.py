"""What `[tool.biot-plugin]` of pyproject.toml may say: keys, limits, defaults and environments."""
