"""What uv reads from a project: workspaces, settings, declared requirements, and whether a lock file is up to date."""
