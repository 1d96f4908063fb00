"""The steps of a deployment: for each resource, what differs from the desired state, and how it is set."""
