"""Templates: which attributes entities have, and which values these may have."""
