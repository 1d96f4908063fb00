"""The plugin's log, without tokens or patients' data."""
