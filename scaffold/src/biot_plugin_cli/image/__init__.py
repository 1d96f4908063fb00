"""Container images of plugins: bases, layers, configuration, content hash, builders."""
