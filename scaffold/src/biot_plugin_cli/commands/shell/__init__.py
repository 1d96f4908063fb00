"""What the shell that the commands are typed in completes."""
