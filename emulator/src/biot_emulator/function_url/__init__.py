"""A function URL: the event that a request becomes, the response that a reply becomes, and CORS."""
