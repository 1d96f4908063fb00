"""Verifies evidence: the signature, the files, the package, and what runs on a platform.

Without a platform to ask, nothing is sent or received: all that is needed is in the folder, and the key is named by
whoever verifies. What is missing fails.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from biot_plugin_cli.errors import OperationFailed, UsageError
from biot_plugin_cli.evidence.integrity.hash_list import SIGNATURES, HashList, read_hash_list
from biot_plugin_cli.evidence.integrity.signature import Signed, verify_signature
from biot_plugin_cli.evidence.records import expecting_records, read_records
from biot_plugin_cli.evidence.verification.contradictions import contradictions
from biot_plugin_cli.evidence.verification.difference import Difference
from biot_plugin_cli.evidence.verification.files import compare_files
from biot_plugin_cli.evidence.verification.package import compare_package
from biot_plugin_cli.evidence.verification.platform import compare_platform
from biot_plugin_cli.git.signing_settings import signing_settings
from biot_plugin_cli.http.json_document import read_json

__all__ = ["Build", "Proof", "Status", "verify"]

_FILE_RECORDS = "package-files.json"

Status = Callable[[str, Mapping[str, str]], Mapping[str, Any]]
"""Returns a plugin as the platform shows it, by its name and the variables whose values may be shown."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What was verified, and what differs.

    Attributes:
        listed: The list of the folder.
        signed: Who signed it; None if nobody did.
        package: The package that was compared.
        online: Whether a platform was asked.
        differences: What differs.
    """

    listed: HashList
    signed: Signed | None
    package: Path
    online: bool
    differences: tuple[Difference, ...]


Build = Callable[[str], str]
"""Builds a commit again, and returns the content hash."""


def verify(
    folder: Path,
    package: Path | None = None,
    key: Path | None = None,
    status: Status | None = None,
    build: Build | None = None,
) -> Proof:
    """Verify a folder.

    Args:
        folder: The folder.
        package: A package to compare; None for the one in the folder.
        key: The file with the public key of who signed; None for what git trusts.
        status: Asks the platform; None not to.
        build: Builds the commit again; None not to.

    Raises:
        OperationFailed: It is no such folder, or what is needed is missing.
        UsageError: There is no key to verify with, or no package.
        CliError: The platform cannot be asked.
    """
    if not folder.is_dir():
        raise OperationFailed(f"{folder} is no folder: pass one that biot-plugin evidence has made")
    listed = read_hash_list(folder)
    signed, problems = _signature(folder, listed, key)
    compared = _package(folder, listed, package)
    differences = [*problems, *compare_files(folder, listed)]
    records = None if differences else read_records(folder, listed)
    with expecting_records(folder):
        differences += _packages(folder, listed, package, records)
        if records is not None:
            differences += _elsewhere(records, listed, status, build)
            differences += contradictions(folder, listed, records)
    return Proof(listed, signed, compared, status is not None and records is not None, tuple(differences))


def _package(folder: Path, listed: HashList, package: Path | None) -> Path:
    """Return the package to compare: the one that is named, or else the one in the folder."""
    own = f"package/{listed.package['file']}"
    if package is None and own not in listed.files:
        raise UsageError(f"{folder} has no copy of the package: pass --package FILE")
    return package or folder / own


def _packages(
    folder: Path, listed: HashList, package: Path | None, records: Mapping[str, Any] | None
) -> list[Difference]:
    """Compare the package in the folder, and the one that is named; of a folder that was changed, as far as it goes."""
    own = folder / "package" / listed.package["file"]
    is_own = own.relative_to(folder).as_posix() in listed.files and own.is_file() and not own.is_symlink()
    paths = [*([own] if is_own else []), *([package] if package else [])]
    files = records["package-files"]["files"] if records else _file_records(folder, listed)
    return [item for path in paths for item in compare_package(path, listed.package, files)]


def _elsewhere(
    records: Mapping[str, Any], listed: HashList, status: Status | None, build: Build | None
) -> list[Difference]:
    """Compare what is not in the folder with its records, which nobody has changed."""
    found = _rebuilt(records["release"], build) if build is not None else []
    return found + (_platform(records, listed, status) if status is not None else [])


def _signature(folder: Path, listed: HashList, key: Path | None) -> tuple[Signed | None, list[Difference]]:
    present = [form for form, name in SIGNATURES.items() if (folder / name).is_file()]
    if not present:
        if key is not None:
            return None, [Difference("signature", "evidence.json", "is not signed, and --key asks for a signature")]
        return None, []
    settings = signing_settings(folder)
    problems: list[Difference] = []
    signed: Signed | None = None
    for form in present:
        file = folder / SIGNATURES[form]
        try:
            signed = verify_signature(listed.content, file, form, settings, key)
        except OperationFailed as error:
            problems.append(Difference("signature", file.name, f"is wrong ({error})"))
    return signed, problems


def _file_records(folder: Path, listed: HashList) -> list[Mapping[str, Any]]:
    """Read what was recorded of the files in the package; nothing where that itself was changed."""
    try:
        content = (folder / _FILE_RECORDS).read_bytes()
        if hashlib.sha256(content).hexdigest() != listed.files.get(_FILE_RECORDS):
            return []
        files: list[Mapping[str, Any]] = read_json(content)["files"]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return files


def _rebuilt(release: Mapping[str, Any], build: Build) -> list[Difference]:
    commit, expected = release["source"]["commit"], release["package"]["contentHash"]
    if commit is None:
        return [Difference("package", release["package"]["file"], "was made of no commit, and cannot be built again")]
    actual = build(commit)
    return [] if actual == expected else [Difference("package", commit, "makes other code", expected, actual)]


def _platform(records: Mapping[str, Any], listed: HashList, status: Status) -> list[Difference]:
    configuration = records["configuration"]
    variables = configuration["config"].get("environmentVariables") or {}
    shown = status(listed.plugin, variables)
    return compare_platform(shown, listed.package, configuration, records["deployments"]["platform"])
