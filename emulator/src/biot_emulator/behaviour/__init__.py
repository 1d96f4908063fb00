"""What only the real platform can settle, as settings: their values, and the file that they are read from."""
