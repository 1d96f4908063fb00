"""What distributions bring along, found in packages."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.evidence.software.artefact import read_artefact
from biot_plugin_cli.evidence.software.brought_along import Part, find_parts
from tests.scaffold.evidence.inputs import CARRIER


def parts(folder: Path, files: Mapping[str, str | bytes]) -> dict[str, Part]:
    path = folder / "package.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    found = find_parts(read_artefact(path))
    assert len({part.name for part in found}) == len(found)
    return {part.name: part for part in found}


def test_copies_libraries_and_compiled_code_are_found(tmp_path: Path) -> None:
    about = {
        "carrier-1.0.dist-info/METADATA": "Name: Carrier\nVersion: 1.0\n",
        "carrier-1.0.dist-info/RECORD": "".join(f"{name},,\n" for name in CARRIER),
    }
    found = parts(tmp_path, {**CARRIER, **about})
    assert {name: (part.kind, part.version, part.owner) for name, part in found.items()} == {
        "inside": ("vendored", "3.1", "carrier"),
        "loose": ("vendored", "0.9", "carrier"),
        "listed": ("vendored", "4.2", "carrier"),
        "nameless": ("vendored", None, "carrier"),
        "libssl": ("library", None, "carrier"),
        "rusty": ("compiled", "0.3.1", "carrier"),
    }
    assert (found["inside"].supplier, found["inside"].licence) == ("Ann", "MIT")
    assert (found["rusty"].purl, found["rusty"].licence) == ("pkg:cargo/rusty@0.3.1", "MIT")
    assert found["nameless"].purl == "pkg:pypi/nameless"


def test_copies_in_the_plugins_own_folder_are_found(tmp_path: Path) -> None:
    files = {
        "index.py": "",
        "vendor/fast_json/__init__.py": "",
        "vendor/fast_json/version.py": "__version__: str = '1.2'\n",
        "vendor/fast_json/vendor/deeper.py": "",
        "vendor/README.txt": "",
        "vendored.py": "",
    }
    found = parts(tmp_path, files)
    assert {name: (part.version, part.owner, part.place) for name, part in found.items()} == {
        "fast-json": ("1.2", None, "vendor/fast_json"),
        "deeper": (None, None, "vendor/fast_json/vendor/deeper.py"),
    }
    before = found["fast-json"].sha256
    after = parts(tmp_path, {**files, "vendor/fast_json/__init__.py": "X = 1"})["fast-json"].sha256
    assert before and after and before != after


def test_a_bill_of_a_wheel_may_be_spdx_nested_or_nonsense(tmp_path: Path) -> None:
    spdx = {
        "packages": [
            {
                "name": "zlib",
                "versionInfo": "1.3",
                "licenseConcluded": "Zlib",
                "externalRefs": [{"referenceType": "purl", "referenceLocator": "pkg:generic/zlib@1.3"}],
            },
            {"name": "other", "versionInfo": "NOASSERTION"},
        ]
    }
    nested = {"components": [{"name": "a", "version": "1", "components": [{"name": "b", "supplier": {"name": "B"}}]}]}
    files = {
        "x-1.dist-info/sboms/a.spdx.json": json.dumps(spdx),
        "x-1.dist-info/sboms/b.cdx.json": json.dumps(nested),
        "x-1.dist-info/sboms/c.json": "[1, 2",
        "x-1.dist-info/sboms/d.json": '{"components": [1]}',
        "x-1.dist-info/sboms/e.json": '{"components": [{"name": 7, "licenses": [{"license": {}}]}]}',
    }
    found = parts(tmp_path, files)
    assert {name: (part.version, part.purl, part.supplier) for name, part in found.items()} == {
        "zlib": ("1.3", "pkg:generic/zlib@1.3", None),
        "other": (None, None, None),
        "a": ("1", None, None),
        "b": (None, None, "B"),
    }


@pytest.mark.parametrize("content", [b"", b"PK", b"no zip at all"])
def test_what_is_no_package_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(content)
    with pytest.raises(OperationFailed, match="is no package"):
        read_artefact(path)
    with pytest.raises(OperationFailed, match="Cannot read"):
        read_artefact(tmp_path / "absent.zip")
