"""The plugin's log, with tokens and patients' data redacted."""
