"""Child processes, which see nothing of the user's environment that could change what is made."""
