"""What many plugins at once cost Lambda and the platform."""
