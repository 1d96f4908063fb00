"""The commands of `biot-plugin`, one module each."""
