"""What each part of the page shows, and what its forms do."""
