"""The text of an event: what no handler read goes back as a slice of it."""
