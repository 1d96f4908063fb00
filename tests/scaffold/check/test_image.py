"""What `check` finds of container images."""

from __future__ import annotations

from pathlib import Path

from biot_plugin_cli.check.image import check_package_type
from biot_plugin_cli.plugin.repository import Plugin
from tests.scaffold.plugins import MANIFEST, check, codes, make_plugin

ENGINE = MANIFEST + 'package = "image"\nimage = {builder = "engine"}\n'


def _with_dockerfile(folder: Path, text: str) -> Path:
    make_plugin(folder, manifest=ENGINE)
    (folder / "Dockerfile").write_text(text)
    return folder


def test_what_a_dockerfile_leaves_open(tmp_path: Path) -> None:
    text = (
        "FROM debian:12 AS build\nFROM build\nFROM public.ecr.aws/lambda/python:3.9@sha256:" + "0" * 64 + "\n"
        'CMD ["other.main"]\n'
    )
    report = check(_with_dockerfile(tmp_path, text))

    found = {finding.code: (finding.file, finding.line) for finding in report.findings}
    assert found["image-base-unpinned"] == ("Dockerfile", 1)
    assert found["image-runtime-differs"] == ("Dockerfile", 3)
    assert found["image-handler-differs"][0] == "Dockerfile"
    assert codes(report).count("image-base-unpinned") == 1


def test_a_missing_dockerfile_is_an_error(tmp_path: Path) -> None:
    make_plugin(tmp_path, manifest=ENGINE)

    assert codes(check(tmp_path)) == ["image-refused"]


def test_an_image_of_nothing_else_is_for_the_emulator(tmp_path: Path) -> None:
    more = '[project]\nname = "demo"\nversion = "0"\ndependencies = []\n'
    make_plugin(tmp_path, manifest=MANIFEST + 'package = "image"\nimage = {base = "scratch"}\n', more=more)

    assert "image-entry-point-missing" in codes(check(tmp_path))


def test_the_package_type_is_fixed_after_creation(tmp_path: Path) -> None:
    plugin = Plugin.read(make_plugin(tmp_path, manifest=ENGINE))

    assert (
        [*check_package_type(plugin, None)] == [*check_package_type(plugin, {"deploymentPackageType": "IMAGE"})] == []
    )
    [finding] = check_package_type(plugin, {"deploymentPackageType": "ZIP"})
    assert finding.code == "package-type-fixed" and finding.severity == "error"
