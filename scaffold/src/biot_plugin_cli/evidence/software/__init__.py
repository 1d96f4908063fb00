"""Third-party software in a package (SOUP): what the artefact has, and what people say of it."""
