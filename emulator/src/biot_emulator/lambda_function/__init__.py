"""One Lambda function: its configuration, its environment variables, and the result of an invocation."""
