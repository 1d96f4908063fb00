"""The machinery that every API shares: calls, routes, request fields and searches."""
