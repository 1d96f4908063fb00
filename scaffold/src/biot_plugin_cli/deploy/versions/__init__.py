"""The versions of a plugin that are known: from the platform, and from packages that are stored on this machine."""
