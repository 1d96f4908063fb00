"""Git, run hermetically."""
