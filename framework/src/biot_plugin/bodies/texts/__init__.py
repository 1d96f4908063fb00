"""The text of a large event: what no handler read goes back as a slice of it."""
