"""Types of entities, made of the platform's templates: documents, a model of them, and a module of Python."""
