"""`event.biot`: calls of the platform's API as the plugin's service user."""
