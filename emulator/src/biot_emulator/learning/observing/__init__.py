"""The observations: each makes a few calls of its own, and notes what it saw."""
