"""The dispatcher service: what can be subscribed to, and the subscriptions."""
