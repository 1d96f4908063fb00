"""HTTP with limits of time and size, through the user's proxies, and JSON that comes over it."""
