"""The commands for events that happened: to record them, and to replay them."""
