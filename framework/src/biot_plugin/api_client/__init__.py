"""`event.biot`: calls to the platform's API as the plugin's service user."""
