"""The code of a plugin as a value: a zip file or a container image, which deployments handle alike."""
