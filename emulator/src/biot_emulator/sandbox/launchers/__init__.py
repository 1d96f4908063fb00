"""What a function's process is started with: a module for each kind of code, with the same result."""
