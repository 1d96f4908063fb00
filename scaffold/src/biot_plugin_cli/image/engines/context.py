"""What an engine builds an image from: the Dockerfile and the files that `.dockerignore` leaves, copied and hashed.

An engine gets the copy and nothing else, so that what is hashed is what is built.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from biot_plugin_cli.archive.entry_paths import locate, name_of
from biot_plugin_cli.archive.regular_files import describe_kind
from biot_plugin_cli.errors import InvalidPlugin, OperationFailed
from biot_plugin_cli.image.configuration import hash_document
from biot_plugin_cli.image.engines.ignore_rules import IgnoreRules
from biot_plugin_cli.package.exclusions import without_image_layouts

__all__ = ["PLATFORM", "BuildContext"]

PLATFORM = "linux/amd64"

# The tools' own: an image never needs them, and their content changes whenever they run.
_NEVER = frozenset([".git", ".cache/biot-plugin", ".biot-plugin"])
_BILL = "dist/*.cdx.json"
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class BuildContext:
    """What an image is built from.

    Attributes:
        root: The plugin's folder.
        dockerfile: The content of the Dockerfile.
        names: The paths of the files, sorted.
    """

    root: Path
    dockerfile: bytes
    names: tuple[str, ...]

    @classmethod
    def read(cls, root: Path, dockerfile: str) -> BuildContext:
        """Read what an image is built from.

        Args:
            root: The plugin's folder.
            dockerfile: The path of the Dockerfile in it.

        Raises:
            InvalidPlugin: There is no Dockerfile, or .dockerignore is invalid.
            OperationFailed: Something cannot be read.
        """
        path = root / dockerfile
        if not path.is_file():
            raise InvalidPlugin(
                f"No {dockerfile} in {root} to build the image from: write one, or build without an engine, with "
                "--builder layers"
            )
        try:
            content = path.read_bytes()
        except OSError as error:
            raise _read_error(path, error) from error
        return cls(root, content, tuple(sorted(without_image_layouts(set(_list(root, _read_rules(root, path)))))))

    def copy_to(self, folder: Path, mtime: int) -> str:
        """Copy the files to a folder, and hash them; dates and owners are not copied.

        Args:
            folder: The folder to create.
            mtime: The time that all files get, in seconds since 1970.

        Returns:
            The hash of everything that the image is built from.
        """
        folder.mkdir(parents=True)
        return self._hash([[name, *_copy(locate(self.root, name), locate(folder, name), mtime)] for name in self.names])

    def hash(self) -> str:
        """Return what `copy_to` does, without a copy."""
        return self._hash([[name, *_describe(locate(self.root, name))] for name in self.names])

    def _hash(self, files: list[list[str]]) -> str:
        dockerfile = hashlib.sha256(self.dockerfile).hexdigest()
        return hash_document({"format": _FORMAT, "platform": PLATFORM, "dockerfile": dockerfile, "files": files})


def _read_rules(root: Path, dockerfile: Path) -> IgnoreRules:
    own = dockerfile.with_name(f"{dockerfile.name}.dockerignore")
    path = own if own.is_file() else root / ".dockerignore"
    try:
        return IgnoreRules.parse(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return IgnoreRules()
    except OSError as error:
        raise _read_error(path, error) from error
    except UnicodeDecodeError:
        raise InvalidPlugin(f"{path} is not UTF-8: save it as UTF-8") from None
    except ValueError as error:
        raise InvalidPlugin(f"{path} has the invalid pattern {str(error).strip()!r}: fix it") from error


def _list(root: Path, rules: IgnoreRules) -> Iterator[str]:
    pending = [root]
    while pending:
        folder = pending.pop()
        try:
            children = list(os.scandir(folder))
        except OSError as error:
            raise _read_error(folder, error) from error
        named = ((name_of(root, Path(child.path)), child) for child in children)
        for name, child in ((name, child) for name, child in named if not _is_of_tools(name)):
            if child.is_dir(follow_symlinks=False):
                if rules.has_exceptions or not rules.ignores(name):
                    pending.append(Path(child.path))
            elif not rules.ignores(name):
                yield name


def _is_of_tools(name: str) -> bool:
    return name in _NEVER or fnmatchcase(name, _BILL)


def _copy(file: Path, copy: Path, mtime: int) -> tuple[str, str]:
    copy.parent.mkdir(parents=True, exist_ok=True)
    try:
        if file.is_symlink():
            copy.symlink_to(os.readlink(file))  # noqa: PTH115 - the text itself, not a path
        else:
            _require_regular(file)
            shutil.copyfile(file, copy)
            copy.chmod(0o755 if file.stat().st_mode & 0o100 else 0o644)
            os.utime(copy, (mtime, mtime))
    except OSError as error:
        raise _read_error(file, error) from error
    return _describe(copy)


def _describe(file: Path) -> tuple[str, str]:
    """Return the mode of a file, and the hash of its content."""
    try:
        if file.is_symlink():
            return "link", os.readlink(file)  # noqa: PTH115
        _require_regular(file)
        with file.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256").hexdigest()
        return "0755" if file.stat().st_mode & 0o100 else "0644", digest
    except OSError as error:
        raise _read_error(file, error) from error


def _require_regular(file: Path) -> None:
    if kind := describe_kind(file.stat().st_mode):
        raise OperationFailed(f"{file} is {kind}, which no image can have: remove it, or add it to .dockerignore")


def _read_error(file: Path, error: OSError) -> OperationFailed:
    return OperationFailed(f"Cannot read {file} ({error.strerror}): make it readable, or add it to .dockerignore")
