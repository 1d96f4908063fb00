"""The two codes that are compared: where each comes from, and how it runs here."""
