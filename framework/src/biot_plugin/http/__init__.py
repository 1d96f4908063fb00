"""HTTP with limits of time and size: connections, their pool, requests and responses."""
