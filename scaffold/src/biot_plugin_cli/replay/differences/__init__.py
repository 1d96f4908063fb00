"""What a code did with an event, and how two of them differ, by kinds that have stable names."""
