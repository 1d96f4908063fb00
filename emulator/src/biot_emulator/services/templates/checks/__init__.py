"""What templates may say, and what may become of them once entities have them."""
