"""Templates as the platform has them: their documents, attributes, and what requests say of these."""
