"""Files: what is known about each, its content on the disk, and the signed URLs that content goes through."""
