"""The layers of an image: written reproducibly, and read without trust."""
