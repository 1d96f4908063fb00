"""The client of the platform's API: credentials, proxies, requests, retries, responses and errors."""
