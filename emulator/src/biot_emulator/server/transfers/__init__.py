"""The content of files at signed URLs: piece by piece from the request to the disk, and from there to the response."""
