"""Commands that write code."""
