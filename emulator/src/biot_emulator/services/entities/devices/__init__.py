"""Devices: their registration, state and connection."""
