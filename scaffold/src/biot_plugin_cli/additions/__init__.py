"""A hook that is added to a plugin's repository: module, test, event file and import."""
