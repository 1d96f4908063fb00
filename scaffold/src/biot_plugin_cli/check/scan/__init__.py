"""Finds secrets in a file's text: by the formats of tokens, and by the names that values are assigned to."""
