"""Asks a real platform how it behaves, with things of its own, of which it leaves nothing behind."""
