from __future__ import annotations

import pytest

from biot_plugin_cli.package.exclusions import exclusion, without_image_layouts


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        (".env", "hidden files and folders are never packaged"),
        ("lib/.secret/key.pem", "hidden files and folders are never packaged"),
        ("lib/__pycache__/a.cpython-313.pyc", "the folders __pycache__ are never packaged"),
        ("tests/test_a.py", "the folder tests at the top of the repository is never packaged"),
        ("scripts/find-python.sh", "it belongs to make setup"),
        ("uv.lock", "files at the top of the repository that are named *.lock are never packaged"),
        ("pyproject.toml", "files at the top of the repository that are named pyproject.toml are never packaged"),
        ("terraform/terraform.tfstate", "the folder terraform at the top of the repository is never packaged"),
        ("template.yaml", "files at the top of the repository that are named template.yaml are never packaged"),
        ("main.tf", "files at the top of the repository that are named *.tf are never packaged"),
        ("terraform.tfstate", "files at the top of the repository that are named *.tfstate are never packaged"),
        ("README", "files at the top of the repository that are named README* are never packaged"),
    ],
)
def test_the_rule_is_named(name: str, reason: str) -> None:
    assert exclusion(name) == reason


@pytest.mark.parametrize(
    "name",
    [
        "index.py",
        "lib/tests/data.json",
        "lib/README.md",
        "lib/pyproject.toml",
        "lib/template.yaml",
        "scripts/other.sh",
        "dist",
        "tests.py",
    ],
)
def test_everything_else_is_packaged(name: str) -> None:
    assert exclusion(name) is None


def test_images_that_were_written_as_a_folder_are_left_out() -> None:
    layout = {"out.cdx.json", *(f"out/{name}" for name in ("oci-layout", "index.json", "blobs/sha256/00"))}
    deeper = {f"made/today/{name}" for name in ("oci-layout", "index.json", "blobs/sha256/00")}
    others = {"index.py", "index.json", "oci-layout", "data/index.json", "notes/oci-layout", "x.cdx.json", "made/a.txt"}
    assert without_image_layouts(layout | deeper | others) == others
