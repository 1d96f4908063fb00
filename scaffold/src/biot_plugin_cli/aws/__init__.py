"""One AWS account: a module for each resource that a plugin consists of there, each read and written idempotently."""
