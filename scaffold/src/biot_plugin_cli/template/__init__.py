"""The template of plugin repositories: its versions, creation of a repository, and upgrades."""
