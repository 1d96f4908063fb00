"""The formats that all events share: envelope, kind, trace, timestamps, statuses, JSON, Lambda's context."""
