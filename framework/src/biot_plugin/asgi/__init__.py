"""The plugin as an ASGI application, for servers other than Lambda: HTTP requests in, replies out."""
