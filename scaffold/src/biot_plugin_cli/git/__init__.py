"""Git commands, isolated from hooks, from the machine's settings and from a surrounding git command."""
