"""The plugin on this machine: its repository, interpreter, function and target."""
