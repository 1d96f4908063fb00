"""A platform to call, and a plugin that calls it."""

from __future__ import annotations

from tests.framework.api_client.conftest import platform, run

__all__ = ["platform", "run"]
