"""Whether a folder, a package and what runs on a platform are what was recorded, and what differs."""
