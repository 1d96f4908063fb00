"""Alerts of patients and devices."""
