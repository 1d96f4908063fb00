"""The code of a function as a value: a zip file, or a container image in the account's registry."""
