"""The libraries that validate models."""
