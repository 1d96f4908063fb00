"""The dependencies of a plugin: its lock file, the wheels for Lambda, and their installation into an archive."""
