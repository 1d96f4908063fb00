"""What each member of `[tool.biot-plugin]` may be, declared once for `check` and the JSON Schema."""
