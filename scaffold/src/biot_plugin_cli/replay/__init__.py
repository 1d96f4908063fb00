"""`biot-plugin replay`: recorded events through older and present code, and what they do differently."""
