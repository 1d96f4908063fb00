"""Tokens, the key that signs them, and hashes of secrets."""
