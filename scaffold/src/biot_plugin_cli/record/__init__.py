"""Events that happened, as recordings: of a running emulator, or out of exported logs."""
