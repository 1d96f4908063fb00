"""What a handler gets: one module for each kind of event, and what all kinds share."""
