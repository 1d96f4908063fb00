"""The hooks that a plugin's decorators register, read by importing it in its own interpreter."""
