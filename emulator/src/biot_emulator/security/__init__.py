"""Tokens, the keys that sign them, and hashes of secrets."""
