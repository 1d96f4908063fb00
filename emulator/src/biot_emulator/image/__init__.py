"""Container images of plugins: read and checked, unpacked, and what of them is run how."""
