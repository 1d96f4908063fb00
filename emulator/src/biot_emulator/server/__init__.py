"""The platform over HTTP: requests become calls, and responses become bytes."""
