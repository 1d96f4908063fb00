"""Git commands, isolated from hooks and from the environment of a surrounding git command."""
