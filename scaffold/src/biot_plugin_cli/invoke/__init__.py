"""`biot-plugin invoke`: one event through the plugin, and sample events."""
