"""Container engines, which build an image from the Dockerfile of a repository, and do nothing else with it."""
