"""Usage sessions: what a device does for a patient, from its start to its end."""
