"""`biot-plugin dev`: the platform on this machine, reloading the plugin on change."""
