"""The packages that were deployed from this repository, stored for rollback."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from types import NoneType
from typing import Any

from biot_plugin_cli.deploy.code.container_image import ImageCode
from biot_plugin_cli.deploy.code.deployable import Code, Saved
from biot_plugin_cli.deploy.code.image_store import SUFFIX, load_image, remove_unused_blobs
from biot_plugin_cli.deploy.code.zip_file import ZipCode
from biot_plugin_cli.deploy.versions.record import UNKNOWN_ORIGIN, CodeOrigin
from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.http.json_document import read_json
from biot_plugin_cli.package.source_tree import parse_commit
from biot_plugin_cli.platform.response_schemas import CODE_CONFIG, Schema, matches
from biot_plugin_cli.terminal.file_writer import write_atomically

__all__ = ["PackageHistory", "StoredPackage"]

_FOLDER = ".biot-plugin"
_MAX_PACKAGES = 5
_ADVICE = "check out the older code and deploy it"
_DOCUMENT: Schema = {
    "version": int,
    "content_hash": str,
    "config": CODE_CONFIG,
    "endpoint_url": (str, NoneType),
    "sha256": str,
    "file": str,
    "commit": (str, NoneType),
    "is_clean": (bool, NoneType),
    "code_of": (int, NoneType),
}


@dataclass(frozen=True, slots=True)
class StoredPackage:
    """A package that was deployed.

    Attributes:
        version: Its version on the platform.
        content_hash: The content hash of its code.
        config: The part of its configuration that belongs to the code.
        endpoint_url: The URL of the plugin that it was deployed to. A plugin that is deleted and created again has a
            new one (contract section 6.2), and restarts its versions.
        sha256: The SHA-256 of the file, in hexadecimal.
        file: The zip, or the file of an image; versions with equal code share one.
        commit: The commit that it was built from; None if it is unknown.
        is_clean: Whether the plugin's folder had nothing else.
        code_of: The older version whose code it is; None for none.
    """

    version: int
    content_hash: str
    config: Mapping[str, Any]
    endpoint_url: str | None
    sha256: str
    file: Path
    commit: str | None = None
    is_clean: bool = True
    code_of: int | None = None

    def is_unchanged(self) -> bool:
        """Whether its file is still the one that was stored."""
        try:
            return hashlib.sha256(self.file.read_bytes()).hexdigest() == self.sha256
        except OSError:
            return False

    def read(self) -> Code:
        """Read the code.

        Raises:
            OperationFailed: It cannot be read, or is not the one that was deployed.
        """
        try:
            content = self.file.read_bytes()
        except OSError as error:
            raise OperationFailed(f"Cannot read {self.file} ({error.strerror}): {_ADVICE}") from error
        if hashlib.sha256(content).hexdigest() != self.sha256:
            raise OperationFailed(
                f"{self.file} is not the package that was deployed as version {self.version}: it was changed since; "
                f"{_ADVICE}"
            )
        if self.file.suffix == SUFFIX:
            return ImageCode(load_image(self.file, content))
        return ZipCode(self.file.name, content, self.content_hash)


class PackageHistory:
    """The last packages of one plugin in one environment, in a folder that git ignores.

    Args:
        root: The plugin's folder.
        platform: The environment's name, or the platform's base URL.
        name: The plugin's name on the platform.
    """

    def __init__(self, root: Path, platform: str, name: str) -> None:
        self._top = root / _FOLDER
        self._folder = self._top / "deployed" / re.sub(r"[^\w.-]+", "_", f"{platform}_{name}")

    def all(self) -> list[StoredPackage]:
        """List the packages, newest first."""
        packages = [_read(file) for file in self._folder.glob("*.json")]
        complete = (package for package in packages if package and package.file.is_file())
        return sorted(complete, key=lambda package: package.version, reverse=True)

    def of(self, endpoint_url: str | None) -> list[StoredPackage]:
        """List the packages that were deployed to the plugin with this URL, newest first."""
        return [package for package in self.all() if package.endpoint_url == endpoint_url]

    def add(
        self,
        code: Code,
        version: int,
        config: Mapping[str, Any],
        endpoint_url: str | None,
        origin: CodeOrigin = UNKNOWN_ORIGIN,
    ) -> None:
        """Store a package; the oldest are removed, and those of a plugin that no longer exists.

        Args:
            code: The code; of equal code, the file that is stored already is used again.
            version: Its version on the platform.
            config: The part of its configuration that belongs to the code.
            endpoint_url: The plugin's URL.
            origin: Where the code comes from.

        Raises:
            OperationFailed: It cannot be written.
        """
        write_atomically(self._top / ".gitignore", b"*\n")
        saved = self._find_equal(code, endpoint_url) or code.save(self._folder, f"{version:05d}")
        commit, is_clean = parse_commit(origin.commit) if origin.commit else (None, True)
        package = StoredPackage(
            version,
            code.content_hash,
            config,
            endpoint_url,
            saved.sha256,
            saved.file,
            commit,
            is_clean,
            origin.code_of,
        )
        document = {**asdict(package), "file": saved.file.name}
        write_atomically(self._folder / f"{version:05d}.json", json.dumps(document, indent=2).encode())
        self._prune(endpoint_url)

    def _find_equal(self, code: Code, endpoint_url: str | None) -> Saved | None:
        """Find code that is stored already, and still what it was."""
        for package in self.of(endpoint_url):
            if package.content_hash == code.content_hash and package.is_unchanged():
                return Saved(package.file, package.sha256)
        return None

    def _prune(self, endpoint_url: str | None) -> None:
        """Remove what is older than the last packages that differ."""
        files = list(dict.fromkeys(package.file for package in self.of(endpoint_url)))[:_MAX_PACKAGES]
        for old in self.all():
            if old.endpoint_url != endpoint_url or old.file not in files:
                (self._folder / f"{old.version:05d}.json").unlink(missing_ok=True)
                if old.file not in files:
                    old.file.unlink(missing_ok=True)
        remove_unused_blobs(self._folder)

    def clear(self) -> None:
        """Remove all packages."""
        shutil.rmtree(self._folder, ignore_errors=True)


def _read(file: Path) -> StoredPackage | None:
    try:
        document = read_json(file.read_bytes())
        # Of a record of an older version of this program, nothing is known of its origin.
        package = StoredPackage(**{**document, "file": file.with_name(document["file"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return package if matches(_DOCUMENT, document) else None
