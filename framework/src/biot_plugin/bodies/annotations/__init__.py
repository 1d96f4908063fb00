"""What the annotations of a model say beyond types: keys in JSON, and choices."""
