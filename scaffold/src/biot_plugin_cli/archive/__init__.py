"""Reproducible zip archives: bytecode, hashes, sizes and the cache folder."""
