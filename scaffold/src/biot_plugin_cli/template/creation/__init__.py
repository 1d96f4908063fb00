"""The creation of a plugin's repository: where, with what lock file, and from where its framework is installed."""
