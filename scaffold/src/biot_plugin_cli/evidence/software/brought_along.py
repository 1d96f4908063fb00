"""What distributions bring along that no lock file names.

That is distributions and modules in folders such as `_vendor`, in a distribution or in the plugin's own folder; shared
libraries in `NAME.libs`; and what a wheel's own bill of materials names, such as libraries in Rust that were compiled
into it. Nothing is guessed: what no file says is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

from biot_plugin_cli.evidence.software.artefact import VENDOR_FOLDERS, VENDOR_LISTS, VERSION_FILES, Artefact
from biot_plugin_cli.evidence.software.headers import headers_of, licence_of, normalised, pypi_url, supplier_of
from biot_plugin_cli.evidence.software.wheel_bills import billed_components

__all__ = ["Part", "find_parts"]

_METADATA = re.compile(r"(?P<folder>[^\n]+)/[^/\n]+\.dist-info/METADATA")
_WHEEL_BILL = re.compile(r"[^/\n]+\.dist-info/sboms/[^/\n]+\.json")
_LIBRARY = re.compile(r"(?P<owner>[^/\n]+)\.libs/(?P<name>[^/\n]+)")
_BUILD = re.compile(r"-[0-9a-f]{8,64}$")
_VERSION = re.compile(r"""(?m)^__version__(?:: ?str)? ?= ?["']([^"'\n]{1,60})["']""")
_PINNED = re.compile(r"([A-Za-z0-9._-]{1,100})==([^\s;#]{1,60})")


@dataclass(frozen=True, slots=True)
class Part:
    """Software that a distribution, or the plugin itself, brings along.

    Attributes:
        kind: `vendored` for a copy, `library` for a shared library, `compiled` for what is in the code of others.
        name: Its name.
        version: Its version; None if nothing says it.
        place: The folder or file in the package that it is, or that names it.
        owner: The normalised name of the distribution that it came with; None for the plugin itself.
        licence: Its licence; None if nothing says it.
        supplier: Who makes it; None if nothing says it.
        purl: Its package URL; None if it has none.
        sha256: The hash of its files; None if it has none of its own.
    """

    kind: Literal["vendored", "library", "compiled"]
    name: str
    version: str | None
    place: str
    owner: str | None
    licence: str | None = None
    supplier: str | None = None
    purl: str | None = None
    sha256: str | None = None

    @property
    def sort_key(self) -> tuple[str, str, str, str]:
        """What they are ordered by."""
        return self.name, self.version or "", self.kind, self.place


def find_parts(artefact: Artefact) -> list[Part]:
    """Find what is brought along, each of equal parts once, sorted by name."""
    described = list(_described(artefact))
    parts = [*described, *_undescribed(artefact, described), *_libraries(artefact), *_compiled(artefact)]
    return sorted(dict.fromkeys(parts), key=lambda part: part.sort_key)


def _described(artefact: Artefact) -> Iterator[Part]:
    """Yield the distributions in vendor folders."""
    for name, content in artefact.texts.items():
        fields = headers_of(content) if (match := _METADATA.fullmatch(name)) else {}
        if match and fields.get("Name"):
            title, version, place = normalised(fields["Name"]), fields.get("Version"), str(PurePosixPath(name).parent)
            yield Part(
                "vendored",
                title,
                version,
                place,
                artefact.owner_of(name),
                licence_of(fields),
                supplier_of(fields),
                pypi_url(title, version),
                artefact.hash_below(place),
            )


def _undescribed(artefact: Artefact, described: list[Part]) -> Iterator[Part]:
    """Yield the modules and packages in vendor folders that belong to no distribution there."""
    known = {(PurePosixPath(part.place).parent, part.name) for part in described}
    modules = dict.fromkeys(module for file in artefact.files for module in _modules(PurePosixPath(file.name)))
    for module in modules:
        name = normalised(module.name.removesuffix(".py"))
        if (module.parent, name) not in known and not _is_recorded(artefact, module):
            version = _pinned(artefact, module.parent).get(name) or _declared(artefact, module)
            place = str(module)
            yield Part(
                "vendored",
                name,
                version,
                place,
                artefact.owner_of(place),
                purl=pypi_url(name, version),
                sha256=artefact.hash_below(place),
            )


def _libraries(artefact: Artefact) -> Iterator[Part]:
    for file in artefact.files:
        match = _LIBRARY.fullmatch(file.name)
        stem, separator, _ = match["name"].partition(".so") if match else ("", "", "")
        if match and separator:
            owner = artefact.owner_of(file.name) or normalised(match["owner"])
            yield Part("library", _BUILD.sub("", stem), None, file.name, owner, sha256=file.sha256)


def _compiled(artefact: Artefact) -> Iterator[Part]:
    for name, content in artefact.texts.items():
        if not _WHEEL_BILL.fullmatch(name):
            continue
        owner = artefact.owner_of(name)
        for fields in billed_components(content):
            if fields.get("name") and normalised(fields["name"]) != owner:
                known = {key: fields.get(key) for key in ("licence", "supplier", "purl")}
                yield Part("compiled", fields["name"], fields.get("version"), name, owner, **known)


def _modules(path: PurePosixPath) -> Iterator[PurePosixPath]:
    """Yield the module or package right in a vendor folder that a file is, or is in."""
    parts = path.parts
    for index, part in enumerate(parts[:-1]):
        child = parts[index + 1]
        is_code = path.suffix in (".py", ".so") and (index + 2 < len(parts) or path.suffix == ".py")
        is_other = child.startswith("__") or child.endswith((".dist-info", ".libs"))
        if part in VENDOR_FOLDERS and is_code and not is_other:
            yield PurePosixPath(*parts[: index + 2])


def _is_recorded(artefact: Artefact, module: PurePosixPath) -> bool:
    """Whether a distribution in the same vendor folder lists a module among its files."""
    starts = (f"{module.name}/", f"{module.name},")
    for name, content in artefact.texts.items():
        path = PurePosixPath(name)
        lines = content.decode(errors="replace").splitlines() if path.name == "RECORD" else ()
        if path.parent.parent == module.parent and any(line.startswith(starts) for line in lines):
            return True
    return False


def _pinned(artefact: Artefact, folder: PurePosixPath) -> dict[str, str]:
    """Read the versions in the list of what was copied into a folder, by normalised name."""
    lists = (
        content
        for name, content in artefact.texts.items()
        if PurePosixPath(name).name in VENDOR_LISTS and PurePosixPath(name).parent == folder
    )
    pins = (pin for content in lists for pin in _PINNED.findall(content.decode(errors="replace")))
    return {normalised(name): version for name, version in pins}


def _declared(artefact: Artefact, module: PurePosixPath) -> str | None:
    """Read the version that a module declares of itself."""
    names = [str(module)] if module.suffix else [f"{module}/{file}" for file in VERSION_FILES]
    matches = (_VERSION.search(artefact.texts.get(name, b"").decode(errors="replace")) for name in names)
    return next((match[1] for match in matches if match), None)
