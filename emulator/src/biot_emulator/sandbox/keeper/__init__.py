"""The keeper: a process between the emulator and a plugin's process, which ends everything that the plugin started.

The emulator's interpreter runs it, without any module of this package but those of this room, and with none of the
plugin's variables, so that nothing of the plugin's runs in it.
"""
