"""Output of `biot-plugin package`: a table and a summary for people, or one JSON document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from biot_plugin_cli.archive.size_limits import MAX_UNPACKED_BYTES, MAX_ZIPPED_BYTES
from biot_plugin_cli.package.built import Package
from biot_plugin_cli.package.source_tree import SourceTree
from biot_plugin_cli.terminal.byte_sizes import format_size
from biot_plugin_cli.terminal.console import is_plain, print_json, print_parts
from biot_plugin_cli.terminal.plain_text import visible

if TYPE_CHECKING:
    from rich.table import Table

    from biot_plugin_cli.dependencies.archive_builder import Progress
    from biot_plugin_cli.package.contents import LeftOutFile, PackagedFile

__all__ = ["print_contents", "print_document", "print_package", "print_untracked", "showing_progress"]

_SOURCE_FILES = "source files"
_MAX_NAMES = 5

Contents: TypeAlias = "tuple[Sequence[PackagedFile], Sequence[LeftOutFile]]"
"""What is in a package, and what is not."""


@contextmanager
def showing_progress() -> Iterator[Progress]:
    """Yield a function that shows progress on stderr: as a status line on a terminal, as separate lines elsewhere."""
    if is_plain(stderr=True):
        yield lambda step: print_parts(f"{step} ...", stderr=True)
        return
    from rich.text import Text

    from biot_plugin_cli.terminal.console import err

    if not err.is_terminal:
        yield lambda step: err.print(f"{step} ...")
        return
    with err.status("Reading the plugin ...") as status:
        yield lambda step: status.update(Text(f"{visible(step)} ..."))


def print_document(package: Package, *, report: bool, contents: Contents | None = None) -> None:
    """Print the JSON document.

    Args:
        package: The package.
        report: Whether to include the size of each part.
        contents: What is in it, and what is not; None to leave it out.
    """
    document = {
        "path": str(package.path),
        "sha256": package.sha256,
        "contentHash": package.content_hash,
        "bytes": package.size,
        "unpackedBytes": package.unpacked_size,
        "files": package.files,
        "sbom": str(package.sbom),
        "notes": list(package.notes),
        "commit": package.tree.commit,
        "clean": package.tree.is_clean,
        "untracked": list(package.tree.untracked),
    }
    if report:
        document["parts"] = [
            {
                "name": part.name,
                "version": part.version,
                "bytes": part.zipped,
                "unpackedBytes": part.unpacked,
                "files": part.files,
            }
            for part in package.parts
        ]
    if contents:
        document["contents"] = [asdict(file) for file in contents[0]]
        document["leftOut"] = [asdict(file) for file in contents[1]]
    print_json(document)


def print_contents(contents: Contents) -> None:
    """Print each file of a package, and what was left out."""
    packaged, left_out = contents
    for file in packaged:
        mark = "  (not tracked by git)" if file.origin == "untracked" else ""
        print_parts(f"{format_size(file.size):>10}  {file.name}", (mark, "yellow"))
    if left_out:
        print_parts()
        print_parts(("Left out", "bold"))
    for item in left_out:
        print_parts(f"  {item.name}", (f"  {item.reason}", "dim"))
    print_parts()


def print_untracked(tree: SourceTree) -> None:
    """Name, on standard error, what goes into a package although git does not track it."""
    if not tree.untracked:
        return
    names = ", ".join(tree.untracked[:_MAX_NAMES])
    more = len(tree.untracked) - _MAX_NAMES
    rest = f" and {more} more (see biot-plugin package --list)" if more > 0 else ""
    print_parts(
        ("note:", "yellow"),
        f" {names}{rest}: git does not track what goes into the package; run git add, or list it in .gitignore",
        stderr=True,
    )


def print_package(package: Package, *, report: bool, contents: Contents | None = None) -> None:
    """Print a summary for people; the arguments are those of `print_document`."""
    print_untracked(package.tree)
    if contents:
        print_contents(contents)
    if report:
        from biot_plugin_cli.terminal.console import out

        out.print(_table(package))
        print_parts()
    print_parts((_display_path(package.path), "bold"))
    zipped, unpacked = _usage(package.size, MAX_ZIPPED_BYTES), _usage(package.unpacked_size, MAX_UNPACKED_BYTES)
    print_parts(f"  {zipped} zipped, {unpacked} unpacked")
    print_parts(f"  {package.files} files, described in {_display_path(package.sbom)}")
    print_parts(f"  content {package.content_hash[:16]}, SHA-256 {package.sha256[:16]}")
    for note in package.notes:
        print_parts(("note:", "yellow"), f" {note}", stderr=True)


def _table(package: Package) -> Table:
    from rich.table import Table

    table = Table("part", "version", box=None, pad_edge=False, header_style="bold cyan")
    for title in ("zipped", "unpacked", "share", "files"):
        table.add_column(title, justify="right")
    for part in package.parts:
        share = f"{100 * part.unpacked / (package.unpacked_size or 1):.0f} %"
        sizes = (format_size(part.zipped), format_size(part.unpacked), share, str(part.files))
        table.add_row(visible(part.name or _SOURCE_FILES), visible(part.version or ""), *sizes)
    total = (format_size(package.size), format_size(package.unpacked_size), "", str(package.files))
    table.add_row("total", "", *total, style="bold")
    table.add_row("limit", "", format_size(MAX_ZIPPED_BYTES), format_size(MAX_UNPACKED_BYTES), style="dim")
    return table


def _usage(size: int, limit: int) -> str:
    return f"{format_size(size)} of {format_size(limit)}"


def _display_path(path: Path) -> str:
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
