"""What it takes to package a plugin, as an archive and as an image."""
