"""The registry over HTTP: the distribution API below `/v2/`, and the exchange of credentials for a log-in."""
