"""The Python distributions in an image of an engine's, wherever they are installed, and whatever else is in it."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from biot_plugin_cli.dependencies.components import Component
from biot_plugin_cli.image.engines import distributions
from biot_plugin_cli.image.engines.distributions import find_distributions
from tests.registries import make_tar

SITE = "var__task__"
ENVIRONMENT = {"python_version": "3.12", "sys_platform": "linux"}


def metadata(name: str, version: str = "1.0", *lines: str) -> bytes:
    return "\n".join(["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *lines, ""]).encode()


def found(folder: Path, *layers: dict[str, bytes]) -> list[Component]:
    files = []
    for number, files_of_layer in enumerate(layers):
        files.append(folder / f"{number}.tar.gz")
        files[-1].write_bytes(gzip.compress(make_tar(**files_of_layer)))
    return list(find_distributions(files, folder / "work", ENVIRONMENT))


def names(components: list[Component]) -> list[tuple[str, str]]:
    return [(component.name, component.version) for component in components]


def test_what_is_installed_is_described(tmp_path: Path) -> None:
    needs = ("Requires-Dist: beta", "Requires-Dist: absent", 'Requires-Dist: gamma; sys_platform == "win32"')
    alpha, beta, gamma = found(
        tmp_path,
        {f"{SITE}Alpha-1.0.dist-info__METADATA": metadata("Alpha", "1.0", "License-Expression: MIT", *needs)},
        {
            "usr__lib__python3__site-packages__beta-2.dist-info__METADATA": metadata("beta", "2"),
            "usr__lib__python3__site-packages__beta-2.dist-info__direct_url.json": b"{}",
            "opt__gamma-3.dist-info__METADATA": metadata("gamma", "3"),
        },
    )
    assert (alpha.name, alpha.licence, alpha.spdx, alpha.needs, alpha.indexed) == (
        "alpha",
        "MIT",
        True,
        ("beta",),
        True,
    )
    assert [(beta.name, beta.version, beta.indexed), (gamma.name, gamma.indexed)] == [
        ("beta", "2", False),
        ("gamma", True),
    ]


def test_what_an_upper_layer_has_changed_or_removed_counts(tmp_path: Path) -> None:
    below = {f"{SITE}a-1.dist-info__METADATA": metadata("a", "1"), f"{SITE}b-1.dist-info__METADATA": metadata("b", "1")}
    above = {
        f"{SITE}.wh.a-1.dist-info": b"",
        f"{SITE}a-2.dist-info__METADATA": metadata("a", "2"),
        f"{SITE}b-1.dist-info__METADATA": metadata("b", "1.post1"),
        # Once more, and in another version elsewhere.
        "opt__a-2.dist-info__METADATA": metadata("a", "2"),
        "opt__b-1.dist-info__METADATA": metadata("b", "0.9"),
    }
    assert sorted(names(found(tmp_path, below, above))) == [("a", "2"), ("b", "0.9"), ("b", "1.post1")]


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\xff\xfe\x00",
        b"no metadata at all",
        metadata("x y\x1b[2J"),
        metadata("x", "1 2"),
        metadata("x", "1" * 200),
        metadata("x", "1", "Requires-Dist: ((("),
        metadata("x", "1", 'Requires-Dist: y; nothing == "z"'),
        b"Name: x\n",
        b"Version: 1\n",
    ],
)
def test_what_is_no_metadata_is_left_out(tmp_path: Path, text: bytes) -> None:
    layer = {f"{SITE}{'x' * 100}.dist-info__METADATA": text, f"{SITE}good-1.dist-info__METADATA": metadata("good")}
    assert names(found(tmp_path, layer)) == [("good", "1.0")]


def test_memory_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distributions, "_MAX_BYTES", 1000)
    layer = {f"{SITE}{name}-1.dist-info__METADATA": metadata(name, "1", "X: " + "x" * 600) for name in "ab"}
    assert names(found(tmp_path, layer)) == [("a", "1")]
    assert names(found(tmp_path / "work" / "all", {})) == []
