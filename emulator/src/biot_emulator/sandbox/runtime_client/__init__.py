"""A runtime client for where AWS's own cannot be had: it fetches events from the Runtime API and has them handled.

It runs inside the plugin's process under Python 3.10 and newer, beside the plugin's modules and without any other
module of `biot_emulator`, on the standard library alone. To a plugin it is what `awslambdaric` is: the same context,
log lines, JSON, error types and messages.
"""
