"""What every API has in common: calls, routes, permissions, errors, request fields and searches."""
