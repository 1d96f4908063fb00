"""The kinds of models: each writes the classes of a module in its own way."""
