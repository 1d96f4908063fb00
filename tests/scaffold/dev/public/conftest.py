"""A platform that trusts an authority of its own."""

from __future__ import annotations

from tests.scaffold.own_url.conftest import authority, emulator

__all__ = ["authority", "emulator"]
