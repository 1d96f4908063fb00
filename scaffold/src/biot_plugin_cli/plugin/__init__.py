"""The plugin's repository: manifest, environments, interpreters and files."""
