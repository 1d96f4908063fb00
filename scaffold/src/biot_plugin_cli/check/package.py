"""What `biot-plugin check` finds of the package: whether it can be made, and whether Lambda takes its size."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from biot_plugin_cli.check.dependencies import dependency_findings
from biot_plugin_cli.check.finding import Finding, parted
from biot_plugin_cli.check.source_files import check_own_files
from biot_plugin_cli.check.subject import Subject
from biot_plugin_cli.errors import CliError, InvalidPlugin, PluginImportError

if TYPE_CHECKING:
    from biot_plugin_cli.archive.zip_file import Entry

__all__ = ["package_findings"]


def package_findings(subject: Subject, found: Collection[str]) -> Iterator[Finding]:
    """Look at what a package is made of; make it too, where nobody sees it, if that is locked and all right.

    Args:
        subject: The plugin.
        found: The codes of what was found before.
    """
    from biot_plugin_cli.dependencies.lock import is_locked

    if subject.manifest.package == "image":
        return
    entries, findings = check_own_files(subject, found)
    findings += dependency_findings(subject)
    yield from findings
    if _can_be_made(subject, findings) and is_locked(subject.root):
        yield from _made(subject, found)
    else:
        yield from _own_size(entries)


def _can_be_made(subject: Subject, findings: list[Finding]) -> bool:
    wrong = any(one.severity == "error" or one.code == "package-unknown" for one in findings)
    return not wrong and not subject.is_wrong("runtime") and not subject.is_wrong("handler")


def _made(subject: Subject, found: Collection[str]) -> Iterator[Finding]:
    from biot_plugin_cli.package.builder import build_package, compiling_python

    manifest = subject.manifest
    with tempfile.TemporaryDirectory(prefix="biot-plugin-") as folder:
        try:
            build_package(manifest, compiling_python(manifest), Path(folder) / "package.zip")
        except InvalidPlugin as error:
            yield Finding.error("package-refused", *parted(error))
        except PluginImportError as error:
            # Whoever has imported the plugin has said it better.
            if "import-failed" not in found:
                yield Finding.error("package-refused", str(error).partition("\n")[0], "mend that line")
        except CliError as error:
            said, advice = parted(error)
            unknown = f"Whether Lambda takes the package was not looked at: {said}"
            yield Finding.warning("package-unknown", unknown, advice)


def _own_size(entries: list[Entry]) -> Iterator[Finding]:
    """Find whether the plugin's own files alone are too large."""
    from biot_plugin_cli.archive.part_sizes import Part
    from biot_plugin_cli.archive.size_limits import MAX_UNPACKED_BYTES, MAX_ZIPPED_BYTES, check_limits

    unpacked = sum(len(entry.content) for entry in entries)
    # Packing takes seconds where it matters, and nothing can come of it elsewhere.
    zipped = _zipped(entries) if MAX_ZIPPED_BYTES < unpacked <= MAX_UNPACKED_BYTES else 0
    try:
        check_limits(zipped, unpacked, [Part(None, None, zipped, unpacked, len(entries))])
    except InvalidPlugin as error:
        yield Finding.error("package-refused", *parted(error))


def _zipped(entries: list[Entry]) -> int:
    from biot_plugin_cli.archive.zip_file import write_zip

    with tempfile.TemporaryDirectory(prefix="biot-plugin-") as folder:
        write_zip(Path(folder) / "own.zip", entries)
        return (Path(folder) / "own.zip").stat().st_size
