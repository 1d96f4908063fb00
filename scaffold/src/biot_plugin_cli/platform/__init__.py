"""Calls of the platform's API: credentials, connection, responses and errors."""
