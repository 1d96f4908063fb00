"""The platform's files: their content, from memory or piece by piece, to and from signed URLs."""
