"""The dispatcher service: what can be subscribed to, and who subscribed."""
