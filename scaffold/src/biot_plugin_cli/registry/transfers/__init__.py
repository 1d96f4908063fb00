"""Blobs on their way from and to a registry."""
