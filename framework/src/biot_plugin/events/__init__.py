"""The events that handlers receive: one module for each kind, and their common base."""
