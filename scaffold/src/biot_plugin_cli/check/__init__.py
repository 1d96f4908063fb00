"""`biot-plugin check`: one module for each thing that is checked."""
