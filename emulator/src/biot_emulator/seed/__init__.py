"""Files that fill a new platform: templates, people who can log in, and entities."""
