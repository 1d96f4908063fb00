"""Lambda's own limits, the same for every function."""

from __future__ import annotations

__all__ = ["INIT_SECONDS", "MAX_ENVIRONMENT_BYTES", "MAX_IMAGE_BYTES", "MAX_PAYLOAD_BYTES", "MAX_UNZIPPED_BYTES"]

MAX_PAYLOAD_BYTES = 6 * 1024 * 1024
"""The largest event that Lambda accepts, and the largest reply."""

MAX_UNZIPPED_BYTES = 250 * 1024 * 1024
"""The largest code, unzipped."""

MAX_IMAGE_BYTES = 10 * 1024**3
"""The largest image, all layers uncompressed."""

MAX_ENVIRONMENT_BYTES = 4096
"""All names and values of the environment variables together."""

INIT_SECONDS = 10.0
"""How long loading a plugin may take."""
