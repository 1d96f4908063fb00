"""Requirements, the results of the tests that verify them, and which belong together."""
