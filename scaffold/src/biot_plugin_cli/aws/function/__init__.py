"""The Lambda function: its life, its state, its code, and the alias and address by which it is called."""
