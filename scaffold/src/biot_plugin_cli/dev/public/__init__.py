"""`biot-plugin dev --public-url`: a real environment calls the plugin on this machine."""
