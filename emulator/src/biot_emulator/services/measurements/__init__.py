"""The measurement service: what devices measure, by patient, session and time (contract section 13.2)."""
