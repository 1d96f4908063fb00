"""The published versions of the function: what is known of them, and how one is made of another's code."""
