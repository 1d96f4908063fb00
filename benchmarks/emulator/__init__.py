"""How fast the emulator starts and answers, and what it does while it is flooded."""
