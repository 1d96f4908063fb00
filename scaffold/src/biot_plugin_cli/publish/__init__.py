"""Images in the registry of a target: the log-in, what is pushed, and what of it is new there."""
