"""The hooks that are registered at the platform's dispatcher for a URL: desired, existing, and what has to change."""
