"""HTTP responses, and a small server on the loopback address."""
