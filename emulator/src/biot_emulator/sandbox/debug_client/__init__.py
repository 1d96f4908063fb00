"""The part of the debugger in a plugin's process: where it attaches, the prompt of `breakpoint()`, the remaining time.

It runs inside the plugin's process under Python 3.9 and newer, beside the plugin's modules and the runtime client, and
without any other module of `biot_emulator`.
"""
