"""Calls of plugins: interceptions, notifications, schedules and direct calls."""
