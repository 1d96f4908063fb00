"""The result: for people, as a page to read, and for machines as JSON and JUnit XML."""
