"""Cron expressions of the platform: validation, and when they are due."""
