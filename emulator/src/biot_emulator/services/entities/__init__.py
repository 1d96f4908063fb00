"""The services that hold entities: types, attributes, templates and APIs."""
