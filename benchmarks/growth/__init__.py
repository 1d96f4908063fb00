"""How costs grow: those of events and tools with their input, and those of every parser with a hostile text."""
