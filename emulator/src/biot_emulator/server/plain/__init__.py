"""Requests and responses that are plain, as nearly all are: read and written without all the rules of HTTP."""
