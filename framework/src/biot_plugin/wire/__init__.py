"""The wire contract's shapes that every event shares: envelope, kind, trace, times, statuses, JSON."""
