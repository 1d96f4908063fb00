"""The timelines of calls: what happened on the platform, step by step, while it happens and afterwards."""
