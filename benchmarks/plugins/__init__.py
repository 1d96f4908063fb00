"""The plugins that are measured: ours, and the same as others write it."""
