"""The record of invocations: what plugins received and returned, without secrets."""
