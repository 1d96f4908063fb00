"""What a release is, and what is known of it: one record for each module."""
