"""The functions that handle the APIs of ums."""
