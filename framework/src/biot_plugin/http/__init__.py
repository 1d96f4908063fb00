"""HTTP with time limits: connections, their pool, requests and responses."""
