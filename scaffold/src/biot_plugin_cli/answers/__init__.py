"""What the platform answers the plugin in `biot-plugin invoke`: files of answers, and the calls that got them."""
