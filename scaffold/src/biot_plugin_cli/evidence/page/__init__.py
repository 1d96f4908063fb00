"""One page for people, to read, print and sign."""
