"""What a plugin has logged where it runs: source -> events -> selection -> lines for people, or as they came."""
