"""Where a plugin installs this project's distributions from, as its author says: `new-plugin --framework-from`."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import SplitResult, urlsplit, urlunsplit
from urllib.request import url2pathname

from biot_plugin_cli.errors import UsageError

__all__ = ["parse_framework_source"]

_OPTION = "--framework-from"
_FORMS = "git+https://HOST/REPOSITORY@REV, a folder of wheels or of a checkout, https://HOST/simple, or index"
_GIT = "git+"
_GIT_SCHEMES = frozenset({"https", "ssh", "file", "http", "git"})
_INDEX = "index"
_INDEX_SCHEMES = frozenset({"https", "http"})
_SUBDIRECTORY = re.compile(r"(?:subdirectory=[\w./-]*)?")
_REVISION = re.compile(r"[\w.][\w./+-]*")
# Of `git clone git@host:path`, which is no URL.
_SCP = re.compile(r"[\w.-]+@([\w.-]+):(?!//)(.+)")


def parse_framework_source(text: str, plugin: Path) -> dict[str, str]:
    """Parse the value of the option.

    Args:
        text: A git URL with a revision, a folder, the URL of a package index, or `index` for the configured one.
        plugin: The absolute path of the plugin's folder: a relative folder is written relative to it, as both may be
            in one repository; an absolute one as it is.

    Returns:
        As `installation_sources`, or `{"index": url}`.

    Raises:
        UsageError: There is no such place, or it could not be committed.
    """
    if text == _INDEX:
        return {}
    if match := _SCP.fullmatch(text):
        raise _invalid(f"{text} is no URL", f"write git+ssh://git@{match[1]}/{match[2]}@REV")
    if "://" not in text or text.startswith("file://"):
        return _folder(text, plugin)
    parts = _split(text)
    if parts.scheme.startswith(_GIT):
        return _git(parts)
    if parts.scheme not in _INDEX_SCHEMES or parts.fragment:
        raise _invalid(f"{text} is none of what it can be", f"use {_FORMS}")
    if parts.path.endswith(".git"):
        raise _invalid(f"{text} is a git repository", f"write git+{text}@REV")
    return {"index": text}


def _split(text: str) -> SplitResult:
    """Split a URL that may be committed and printed."""
    try:
        parts = urlsplit(text)
        is_user_of_ssh = parts.scheme == "git+ssh" and parts.password is None
        has_secret = bool(parts.password or parts.query) or (parts.username is not None and not is_user_of_ssh)
    except ValueError as error:
        raise _invalid(f"The URL is not valid ({error})", f"use {_FORMS}") from error
    if has_secret:
        raise _invalid(
            "The URL has a user, a password or a query in it, which git would keep and everybody would see",
            "leave it out, and let git's credential helper or uv auth login supply it",
        )
    return parts


def _git(parts: SplitResult) -> dict[str, str]:
    text = urlunsplit(parts)
    scheme = parts.scheme.removeprefix(_GIT)
    if scheme not in _GIT_SCHEMES or not (parts.netloc or scheme == "file"):
        raise _invalid(f"{text} is no URL of a git repository", "write git+https://HOST/REPOSITORY@REV")
    # What uv and pip want after a `#` says where in the repository one distribution is.
    if not _SUBDIRECTORY.fullmatch(parts.fragment):
        raise _invalid(f"#{parts.fragment} has no meaning here", "leave it out")
    path, _, revision = parts.path.rpartition("@")
    if not path or not _REVISION.fullmatch(revision):
        raise _invalid(f"{text} has no revision", "add @ and a tag, a branch or a commit at its end")
    return {"git": urlunsplit(parts._replace(scheme=scheme, path=path, fragment="")), "rev": revision}


def _folder(text: str, plugin: Path) -> dict[str, str]:
    folder = Path(url2pathname(text.removeprefix("file://")) if text.startswith("file://") else text).expanduser()
    if not text or not folder.is_dir():
        raise _invalid(f"There is no folder {text or 'without a name'}", f"use {_FORMS}")
    place = str(folder) if folder.is_absolute() else _relative(folder, plugin)
    if (folder / "framework" / "pyproject.toml").is_file():
        return {"path": place}
    for name in ("biot_plugin", "biot_plugin_cli", "biot_emulator"):
        if not any(folder.glob(f"{name}-*.whl")):
            raise _invalid(
                f"{text} has no wheel of {name.replace('_', '-')}, and is no checkout of this project",
                "have make build write the wheels, and name the folder that has them",
            )
    return {"find-links": place}


def _relative(folder: Path, plugin: Path) -> str:
    # The folder of the plugin may not exist yet, and what leads there may be links.
    parent = next(path for path in plugin.parents if path.exists())
    real = parent.resolve() / plugin.relative_to(parent)
    return Path(os.path.relpath(folder.resolve(), real)).as_posix()


def _invalid(problem: str, remedy: str) -> UsageError:
    return UsageError(f"Invalid {_OPTION}: {problem}: {remedy}")
