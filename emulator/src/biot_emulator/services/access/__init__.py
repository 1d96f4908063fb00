"""Access control: which entities a caller sees, and what its role may do with them."""
