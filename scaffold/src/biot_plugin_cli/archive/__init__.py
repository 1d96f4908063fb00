"""Reproducible archives: zip files, bytecode, hashes, sizes and the cache."""
