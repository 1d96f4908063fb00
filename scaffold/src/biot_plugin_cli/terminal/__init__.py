"""The terminal: the start and end of a program, its output, redaction of secrets, and safe writing of files."""
