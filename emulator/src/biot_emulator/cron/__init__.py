"""Cron expressions as the platform takes them, and when they are due."""
