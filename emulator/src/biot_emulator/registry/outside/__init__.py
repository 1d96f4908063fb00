"""A registry that is not the platform's own: its address, what is pulled from it, and the images in it."""
