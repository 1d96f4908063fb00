"""The user management service: log-ins, tokens, users and service users."""
