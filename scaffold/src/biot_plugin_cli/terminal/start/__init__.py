"""What would cost every command its start, and is loaded when it is needed."""
