"""One process that runs a plugin: start, Runtime API, output, limits and end."""
