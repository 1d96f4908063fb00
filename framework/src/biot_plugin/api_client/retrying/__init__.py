"""Trying a call again, without making a trouble of the platform worse."""
