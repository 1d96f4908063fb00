"""Requests to a registry: addresses, credentials, redirects, repetitions."""
