"""What plugins receive, by kind of hook."""
