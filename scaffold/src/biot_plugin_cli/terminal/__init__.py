"""The terminal: output, exit codes, redaction and safe file writes."""
