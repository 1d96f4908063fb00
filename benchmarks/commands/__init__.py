"""What the commands of a developer's day take."""
