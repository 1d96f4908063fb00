"""What makes the documentation: its code blocks as tests, the reference of the commands, pictures of a terminal."""
