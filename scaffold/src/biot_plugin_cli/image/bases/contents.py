"""What of a base's files matters: its interpreters, its runtime client, its C library, and its size.

The layers are read once for each base, whatever plugin is built on it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from biot_plugin_cli.errors import InvalidPlugin, OperationFailed
from biot_plugin_cli.image.bases.foundation import Base
from biot_plugin_cli.image.bases.resolution import download_layers
from biot_plugin_cli.image.layers.file_list import FileList, merge
from biot_plugin_cli.image.layers.reader import read_members
from biot_plugin_cli.registry.pull_cache import user_cache
from biot_plugin_cli.terminal.file_writer import write_atomically

__all__ = ["Contents", "find_client", "known_contents", "read_contents"]

_FORMAT = 1
_PYTHON = re.compile(r"(?:[^/\n]+/){0,20}bin/python3\.\d{1,3}")
_CLIENT = re.compile(r"(?:[^/\n]+/){0,20}(?:site|dist)-packages/awslambdaric/__main__\.py")
_MUSL = "lib/ld-musl-x86_64.so.1"
_DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True, slots=True)
class Contents:
    """What matters of the files of a base.

    Attributes:
        pythons: The paths of its interpreters, such as `/usr/bin/python3.13`.
        clients: The paths of AWS's runtime client.
        is_musl: Whether its C library is musl, for which other wheels are made.
        unpacked_size: The size of all files in bytes.
    """

    pythons: tuple[str, ...]
    clients: tuple[str, ...]
    is_musl: bool
    unpacked_size: int

    @classmethod
    def of(cls, files: FileList) -> Self:
        """Select what matters."""
        programs = [path for path, file in files.files.items() if not file.is_folder]
        return cls(
            pythons=tuple(sorted(f"/{path}" for path in programs if _PYTHON.fullmatch(path))),
            clients=tuple(sorted(f"/{path}" for path in programs if _CLIENT.fullmatch(path))),
            is_musl=_MUSL in files.files,
            unpacked_size=files.unpacked_size,
        )

    def find_python(self, runtime: str, variables: Mapping[str, str], name: str) -> str:
        """Find the interpreter of a runtime.

        Args:
            runtime: The runtime, such as `python3.13`.
            variables: The environment variables of the base.
            name: The name of the base, for an error.

        Raises:
            InvalidPlugin: There is none, or none that runs the wheels for Lambda.
        """
        if self.is_musl:
            raise InvalidPlugin(
                f"{name} has the C library musl, and the dependencies are built for glibc: choose a base such as "
                "Debian's or Amazon Linux's"
            )
        found = [path for path in self.pythons if path.endswith(f"/{runtime}")]
        folders = variables.get("PATH", _DEFAULT_PATH).split(":")
        preferred = [path for folder in folders for path in found if path.rpartition("/")[0] == folder.rstrip("/")]
        if not found:
            others = ", ".join(sorted({path.rpartition("/")[2] for path in self.pythons})) or "no Python"
            raise InvalidPlugin(
                f"{name} has no {runtime}, but {others}: choose another base, or change runtime in pyproject.toml"
            )
        return (preferred or found)[0]


def read_contents(base: Base) -> Contents:
    """Read what matters of a base, whose layers are downloaded for it unless that is known.

    Raises:
        OperationFailed: A layer is damaged, or cannot be written.
        InvalidPlugin: It is larger than Lambda allows.
        RegistryRefused: The registry refuses.
        RegistryUnreachable: The registry cannot be reached.
    """
    if known := known_contents(base):
        return known
    diff_ids = base.configuration.get("rootfs", {}).get("diff_ids", ())
    layers = zip(download_layers(base), diff_ids, strict=True)
    contents = Contents.of(merge(read_members(path, base.name, diff_id) for path, diff_id in layers))
    with suppress(OperationFailed):
        write_atomically(_cached(base), json.dumps(asdict(contents)).encode())
    return contents


def known_contents(base: Base) -> Contents | None:
    """Return what matters of a base if its layers were read before."""
    try:
        document = json.loads(_cached(base).read_bytes())
        texts = {name: tuple(map(str, document.pop(name))) for name in ("pythons", "clients")}
        return Contents(**texts, is_musl=bool(document["is_musl"]), unpacked_size=int(document["unpacked_size"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def find_client(entry_point: Iterable[str], variables: Mapping[str, str]) -> bool:
    """Tell whether an image starts a runtime client by itself, as AWS's own do.

    Args:
        entry_point: Its entry point.
        variables: Its environment variables.
    """
    parts = [part.rpartition("/")[2] for part in entry_point]
    # AWS's images set the variable, and their entry point chooses between the client and an emulator of Lambda.
    return bool(parts) and (
        "awslambdaric" in parts or "lambda-entrypoint.sh" in parts or "LAMBDA_RUNTIME_DIR" in variables
    )


def _cached(base: Base) -> Path:
    return user_cache().with_name("bases") / f"{base.digest.replace(':', '-')}-{_FORMAT}.json"
