"""A plugin's first event, from the start of its process, in AWS's own runtime client."""
