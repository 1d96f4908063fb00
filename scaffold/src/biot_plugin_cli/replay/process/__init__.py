"""What runs in a replayed plugin's own process, under every Python that plugins run under.

It imports nothing of this package but the modules of this room, which are on no search path of the plugin's.
"""
