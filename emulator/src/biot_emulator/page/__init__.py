"""The page at `/_emulator/`: what happens on the emulator, and what its operator does, in a browser."""
