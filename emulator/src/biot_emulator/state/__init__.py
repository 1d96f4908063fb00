"""The platform's state: store, clock, public address and lifecycle."""
