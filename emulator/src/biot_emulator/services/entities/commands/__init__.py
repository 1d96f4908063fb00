"""Commands: what a device is asked to do once, and how far it has come."""
