"""What is recorded of a plugin's events: `Plugin(record=...)`, and the variables on the platform."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256

from biot_plugin.recording.safe_names import SafeNames

__all__ = ["KEY_VARIABLE", "SHARE_VARIABLE", "Recording", "random_key"]

SHARE_VARIABLE = "PLUGIN_RECORD"
"""The environment variable with the share of events that are recorded; it counts instead of that in the code."""

KEY_VARIABLE = "PLUGIN_RECORD_KEY"
"""The environment variable with the key of the stand-ins."""

#: Characters that a key must have.
_LEAST_KEY = 16
_KEY_BYTES = 32


class Recording:
    """Which events are recorded, and what of them is recorded as it is.

        plugin = Plugin(record=Recording(0.01, safe=["ward", "cardio:heart_rate", "/summary"]))

    The environment variable `PLUGIN_RECORD` overrides the share, so that recording can be turned on and off without a
    new version.

    Args:
        share: The share of events, from 0 for none to 1 for all.
        safe: What identifies nobody: `"ward"` for the member of that name and what is in it, `"address.country"` for a
            member of a member, `"cardio:heart_rate"` for that of the template `cardio` alone, `"/summary"` for a word
            in paths.
        key_variable: The environment variable with the key that stand-ins come from, of at least 16 characters. The
            same key has the same stand-ins in all containers; without it, each container has a random key of its own.

    Raises:
        ValueError: The share is no number from 0 to 1, or an entry of `safe` has no such form.
    """

    def __init__(self, share: float = 0.0, *, safe: Iterable[str] = (), key_variable: str = KEY_VARIABLE) -> None:
        number: object = share
        if isinstance(number, bool) or not isinstance(number, (int, float)) or not 0 <= number <= 1:
            raise ValueError(f"record={share!r} is no share of events: write a number from 0 for none to 1 for all")
        if isinstance(safe, str):
            raise ValueError(f"safe={safe!r} is one text: write a list of them")
        self.share = float(share)
        self.safe = tuple(safe)
        self.key_variable = key_variable
        self._names = SafeNames(self.safe)

    def __repr__(self) -> str:
        return f"Recording({self.share}, safe={list(self.safe)}, key_variable={self.key_variable!r})"

    def _share_in(self, text: str, warn: Callable[[str], object]) -> float:
        """Return the share that counts: that of the variable's text, if there is any; 0 where it cannot be read."""
        if not text:
            return self.share
        try:
            return Recording(float(text)).share
        except ValueError:
            warn(f"Nothing is recorded: {SHARE_VARIABLE} must be a share of events, from 0 to 1, such as 0.01")
            return 0.0

    def _key_in(self, environ: Mapping[str, str], warn: Callable[[str], object]) -> bytes:
        """Return the key of the stand-ins; a random one where the variable has none that can be used."""
        text = environ.get(self.key_variable, "")
        if len(text) >= _LEAST_KEY:
            return sha256(b"biot-plugin recording\0" + text.encode("utf-8", "surrogateescape")).digest()
        if text:
            warn(f"{self.key_variable} has fewer than {_LEAST_KEY} characters: a random key is used instead")
        return random_key()


def random_key() -> bytes:
    """Return a key that nobody has."""
    return os.urandom(_KEY_BYTES)
