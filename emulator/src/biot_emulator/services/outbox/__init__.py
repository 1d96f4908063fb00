"""The notification service: mail and text messages, which are stored and never sent (contract section 13.5)."""
