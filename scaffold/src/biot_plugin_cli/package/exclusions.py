"""What of a plugin's repository is never packaged, because a running plugin does not need it.

Hidden files and folders; bytecode; container images that were written as a folder (OCI image layouts); the top-level
folders `tests`, `events`, `docs`, `dist`, `build` and `terraform`; folders that `biot-plugin evidence` has made; and
top-level files about the repository, such as `pyproject.toml`, `Makefile` and `soup.toml`, or what other tools deploy
it with, such as `template.yaml`. So a change of the configuration is not a change of the code.
"""

from __future__ import annotations

from collections.abc import Collection
from fnmatch import fnmatch
from pathlib import PurePosixPath

__all__ = ["BYTECODE_FOLDER", "exclusion", "without_evidence", "without_image_layouts"]

BYTECODE_FOLDER = "__pycache__"
"""The name of the folders of bytecode, at any depth."""

# At the top only: a Python package may have these names deeper down.
_FOLDERS = frozenset(["tests", "events", "docs", "dist", "build", "terraform"])
_PATTERNS = (
    *("pyproject.toml", "*.lock", "pylock.toml", "pylock.*.toml", "requirements*.txt", "setup.py", "setup.cfg"),
    *("Makefile", "Dockerfile", "bitbucket-pipelines.yml", "tox.ini", "noxfile.py", "conftest.py"),
    *("README*", "CHANGELOG*", "CONTRIBUTING*", "LICENSE*", "*.md", "*.whl", "*.zip", "*.tar", "*.cdx.json", "*~"),
    # What people write for `evidence`.
    *("soup.toml", "requirements.toml", "requirements.csv"),
    # What `export` writes, and what SAM and Terraform write beside it: Terraform's state has secrets.
    *("template.yaml", "samconfig.toml", "*.tf", "*.tfvars", "*.tfstate", "*.tfstate.*"),
)
_FILES = frozenset(["scripts/find-python.sh"])
# OCI image specification, image-layout.md.
_LAYOUT_MARKER, _LAYOUT_INDEX = "oci-layout", "index.json"
_BILL = ".cdx.json"
_EVIDENCE_LIST, _EVIDENCE_BILL = "evidence.json", "sbom.cdx.json"


def exclusion(name: str) -> str | None:
    """Return the rule that excludes a file from packages, as a clause of a sentence; None if there is none.

    Args:
        name: The path of the file in the plugin's folder, with slashes.
    """
    *folders, file = PurePosixPath(name).parts
    if any(part.startswith(".") for part in (*folders, file)):
        return "hidden files and folders are never packaged"
    if BYTECODE_FOLDER in folders:
        return f"the folders {BYTECODE_FOLDER} are never packaged"
    if folders and folders[0] in _FOLDERS:
        return f"the folder {folders[0]} at the top of the repository is never packaged"
    if name in _FILES:
        return "it belongs to make setup"
    pattern = None if folders else next((pattern for pattern in _PATTERNS if fnmatch(file, pattern)), None)
    return pattern and f"files at the top of the repository that are named {pattern} are never packaged"


def without_evidence(names: Collection[str]) -> set[str]:
    """Leave out the files of folders that are evidence of a release.

    Args:
        names: The paths of files in the plugin's folder, with slashes.
    """
    lists = (name.rpartition("/") for name in names if name.endswith(f"/{_EVIDENCE_LIST}"))
    folders = {folder for folder, _, _ in lists if f"{folder}/{_EVIDENCE_BILL}" in names}
    return {name for name in names if folders.isdisjoint(map(str, PurePosixPath(name).parents))}


def without_image_layouts(names: Collection[str]) -> set[str]:
    """Leave out the files of folders that are container images, and the bills of materials beside them.

    Args:
        names: The paths of files in the plugin's folder, with slashes.
    """
    markers = (name.rpartition("/") for name in names if name.endswith(f"/{_LAYOUT_MARKER}"))
    layouts = {folder for folder, _, _ in markers if f"{folder}/{_LAYOUT_INDEX}" in names}
    bills = {f"{folder}{_BILL}" for folder in layouts}
    return {name for name in names if name not in bills and layouts.isdisjoint(map(str, PurePosixPath(name).parents))}
