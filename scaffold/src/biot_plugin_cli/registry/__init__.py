"""The client of container registries: the distribution API, and the documents that it transfers."""
