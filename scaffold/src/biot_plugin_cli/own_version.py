"""The version of this program.

The folder of its metadata has it in its name: what is in there is written as a mail is, whose library takes as long to
load as a small command does to run.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress

__all__ = ["own_version"]

_BEFORE, _AFTER = "biot_plugin_cli-", ".dist-info"


def own_version() -> str:
    """Return the version that is installed."""
    for folder in sys.path:
        with suppress(OSError):
            for name in os.listdir(folder):  # noqa: PTH208 - a tenth of the time
                if name.startswith(_BEFORE) and name.endswith(_AFTER):
                    return name.removeprefix(_BEFORE).removesuffix(_AFTER)
    from importlib import metadata

    return metadata.version("biot-plugin-cli")
