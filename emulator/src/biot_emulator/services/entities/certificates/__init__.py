"""The certificates with which devices would connect."""
