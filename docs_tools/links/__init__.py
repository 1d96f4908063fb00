"""The addresses outside this project that its documentation, templates and pipelines name, and whether they answer."""
