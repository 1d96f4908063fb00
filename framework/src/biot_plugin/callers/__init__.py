"""Verification of callers: the token that an event must carry, and the public keys that verify it."""
