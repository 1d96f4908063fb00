"""What shows that nobody has changed a folder: the hashes of its files, and a signature over them."""
