"""HTTP below the platform: a response, and a small server on the loopback address."""
