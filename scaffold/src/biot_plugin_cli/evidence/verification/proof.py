"""Verifies evidence: the signature, the files, the package, and what runs on a platform.

Without a platform to ask, nothing is sent or received: all that is needed is in the folder, and the key is named by
whoever verifies. What is missing fails.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from biot_plugin_cli.errors import OperationFailed, UsageError
from biot_plugin_cli.evidence.integrity.hash_list import SIGNATURES, HashList, read_hash_list
from biot_plugin_cli.evidence.integrity.signature import Signed, verify_signature
from biot_plugin_cli.evidence.records import read_records
from biot_plugin_cli.evidence.verification.difference import Difference
from biot_plugin_cli.evidence.verification.files import compare_files
from biot_plugin_cli.evidence.verification.package import compare_package
from biot_plugin_cli.evidence.verification.platform import compare_platform
from biot_plugin_cli.git.signing_settings import signing_settings

__all__ = ["Proof", "Status", "verify"]

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


def verify(folder: Path, package: Path | None = None, key: Path | None = None, status: Status | None = None) -> Proof:
    """Verify a folder.

    Args:
        folder: The folder.
        package: A package to compare; None for the one in the folder.
        key: The file with the public key of who signed; None for what git trusts.
        status: Asks the platform; None not to.

    Raises:
        OperationFailed: It is no such folder, or what is needed is missing.
        UsageError: There is no key to verify with, or no package.
        CliError: The platform cannot be asked.
    """
    if not folder.is_dir():
        raise OperationFailed(f"{folder} is no folder: pass one that biot-plugin evidence has made")
    listed = read_hash_list(folder)
    signed, problems = _signature(folder, listed, key)
    differences = [*problems, *compare_files(folder, listed)]
    own = folder / "package" / listed.package["file"]
    own_is_listed = own.relative_to(folder).as_posix() in listed.files
    if package is None and not own_is_listed:
        raise UsageError(f"{folder} has no copy of the package: pass --package FILE")
    compared = package or own
    if differences and not _is_intact(differences, "package-files.json"):
        return Proof(listed, signed, compared, False, tuple(differences))
    records = read_records(folder, listed) if not differences else None
    files = records["package-files"]["files"] if records else _files(folder)
    if own_is_listed and own.is_file() and not own.is_symlink():
        differences += compare_package(own, listed.package, files)
    if package is not None:
        differences += compare_package(package, listed.package, files)
    if records is not None and records["release"]["package"] != dict(listed.package):
        differences.append(Difference("evidence", "release.json", "is about another package than evidence.json"))
    if status is not None and records is not None:
        differences += _platform(records, listed, status)
    return Proof(listed, signed, compared, status is not None and records is not None, tuple(differences))


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


def _is_intact(differences: list[Difference], name: str) -> bool:
    return all(item.name != name for item in differences)


def _files(folder: Path) -> list[Mapping[str, Any]]:
    from biot_plugin_cli.http.json_document import read_json

    try:
        files: list[Mapping[str, Any]] = read_json((folder / "package-files.json").read_bytes())["files"]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return files


def _platform(records: Mapping[str, Any], listed: HashList, status: Status) -> list[Difference]:
    configuration = records["configuration"]
    variables = configuration["config"].get("environmentVariables") or {}
    shown = status(listed.plugin, variables)
    return compare_platform(shown, listed.package, configuration, records["deployments"]["platform"])
