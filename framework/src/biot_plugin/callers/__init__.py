"""Who calls: the token that an event must carry, and the platform's public keys that verify it."""
