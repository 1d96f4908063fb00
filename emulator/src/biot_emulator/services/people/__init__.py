"""People and their organizations: what is unique, who is invited, who administers what, and registration codes."""
