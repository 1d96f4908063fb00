"""Evidence for a release: one folder for the design history file, and what proves it afterwards."""
