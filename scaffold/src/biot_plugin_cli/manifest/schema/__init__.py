"""The JSON Schema of `[tool.biot-plugin]`, for editors and other tools."""
