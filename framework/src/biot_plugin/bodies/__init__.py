"""The JSON in an event: read and changed in place, or through a model of the author's own."""
