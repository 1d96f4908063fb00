"""The code of the plugin by which a platform is observed, as a zip."""

from __future__ import annotations

import hashlib
import io
import zipfile
from importlib import resources

from biot_emulator.learning.names import ProbeNames
from biot_emulator.learning.pace import Pace
from biot_emulator.wire_json import encode

__all__ = ["probe_zip"]

_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
_FILLING = "filling.bin"


def probe_zip(names: ProbeNames, letter: str, key: str, pace: Pace, filling: int = 0) -> bytes:
    """Return the zip of a probe.

    Args:
        names: The names by which it tells what is its own; it lets everything else pass, and remembers nothing of it.
        letter: What it leaves where it has been.
        key: What it is asked for its observations with; only the digest is in the zip.
        pace: How long it sleeps where it is to take too long.
        filling: How many bytes are added, to make it large.
    """
    settings = {
        "entityPrefix": names.entity_prefix,
        "template": names.template,
        "letter": letter,
        "keyDigest": hashlib.sha256(key.encode()).hexdigest(),
        "timeoutSleep": pace.function_timeout + pace.margin,
        "slowSleep": pace.longest_wait,
        "notificationSleep": pace.notification_sleep,
    }
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        code = resources.files(__name__).joinpath("index.py").read_bytes()
        archive.writestr(zipfile.ZipInfo("index.py", _FIRST_DAY), code)
        archive.writestr(zipfile.ZipInfo("settings.json", _FIRST_DAY), encode(settings))
        archive.writestr(zipfile.ZipInfo(_FILLING, _FIRST_DAY), b"\0" * filling)
    return content.getvalue()
