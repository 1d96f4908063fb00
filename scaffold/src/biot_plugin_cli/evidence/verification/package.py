"""Whether a package is the one that was recorded, and which of its files differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from biot_plugin_cli.archive.content_hash import Digest, content_hash
from biot_plugin_cli.archive.regular_files import hash_file
from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.evidence.software.artefact import PackagedFile, read_artefact
from biot_plugin_cli.evidence.verification.difference import Difference

__all__ = ["compare_package"]


def compare_package(path: Path, package: Mapping[str, Any], files: Iterable[Mapping[str, Any]]) -> list[Difference]:
    """Compare a package with what was recorded of it.

    Args:
        path: The zip file.
        package: What identifies the package.
        files: What was recorded of its files.

    Raises:
        OperationFailed: There is no such file.
    """
    sha256 = hash_file(path)
    if sha256 == package["sha256"]:
        return _contradictions(path, package, {item["name"]: item for item in files})
    whole = Difference("package", path.name, "is another file", package["sha256"], sha256)
    try:
        actual = read_artefact(path).files
    except OperationFailed as error:
        return [whole, Difference("package", path.name, f"cannot be opened ({str(error).partition(':')[0]})")]
    expected = {item["name"]: item for item in files}
    # Where nothing is known of the files, nothing can be said of them.
    return [whole, *_compare(expected, {item.name: item for item in actual})] if expected else [whole]


def _contradictions(
    path: Path, package: Mapping[str, Any], expected: Mapping[str, Mapping[str, Any]]
) -> list[Difference]:
    """Say what was recorded of a package that is the right one, and is not true of it."""
    actual = read_artefact(path).files
    digest = content_hash(Digest(file.name, file.sha256, file.executable) for file in actual)
    # The content hash of an image is about more than its code.
    found = [] if package.get("imageDigest") else [(package["contentHash"], digest)]
    differences = [
        Difference("package", path.name, "has another content hash", recorded, real)
        for recorded, real in found
        if recorded != real
    ]
    return [*differences, *_compare(expected, {file.name: file for file in actual})] if expected else differences


def _compare(expected: Mapping[str, Mapping[str, Any]], actual: Mapping[str, PackagedFile]) -> Iterator[Difference]:
    for name in sorted({*expected, *actual}):
        before, after = expected.get(name), actual.get(name)
        if before is None:
            yield Difference("package", name, "was added")
        elif after is None:
            yield Difference("package", name, "is missing", before.get("sha256"))
        elif after.sha256 != before.get("sha256"):
            yield Difference("package", name, "was changed", before.get("sha256"), after.sha256)
        elif after.executable != before.get("executable"):
            words = {True: "executable", False: "not executable"}
            yield Difference("package", name, "has another mode", words[not after.executable], words[after.executable])
