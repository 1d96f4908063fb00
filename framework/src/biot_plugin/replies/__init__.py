"""The replies to events: function URL responses (contract sections 1.3 and 8)."""
