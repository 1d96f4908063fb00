"""A runtime client for when AWS's own is not available: it fetches events from the Runtime API and handles them.

It runs inside the plugin's process under Python 3.9 and newer, beside the plugin's modules and without any other
module of `biot_emulator`, on the standard library alone. It behaves like `awslambdaric`: the same context, log
lines, JSON, error types and messages.
"""
