"""The Python of the documentation works; `make check` looks at its types."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from docs_tools.blocks import Block, documents, read_blocks
from docs_tools.python_blocks import module_name, python_blocks, write_modules

CONFTEST = """\
import pytest


@pytest.fixture
def biot_plugin(request):
    return request.module.plugin
"""
IMPORT = """

def test_every_block_is_imported():
    pass
"""


@pytest.mark.slow
def test_every_block_runs(tmp_path: Path, scaffolded: Path, environment: dict[str, str]) -> None:
    modules = write_modules(tmp_path / "blocks")
    for module in modules:
        module.write_text(module.read_text(encoding="utf-8") + IMPORT, encoding="utf-8")
    tmp_path.joinpath("blocks", "conftest.py").write_text(CONFTEST, encoding="utf-8")
    tmp_path.joinpath("blocks", "my-plugin").symlink_to(scaffolded)
    # Or the settings of a project around it would count.
    tmp_path.joinpath("blocks", "pytest.ini").write_text("[pytest]\n", encoding="utf-8")

    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:schemathesis",
        *map(str, modules),
    ]
    done = subprocess.run(
        command, cwd=tmp_path / "blocks", env=environment, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(modules) + _tests()} passed" in done.stdout


def test_no_two_blocks_have_the_same_module() -> None:
    names = [module_name(block) for block in python_blocks()]
    assert len(names) == len(set(names)) > 10


def test_a_block_may_go_on_where_the_last_one_ended(tmp_path: Path) -> None:
    modules = [module for module in write_modules(tmp_path) if module.name.startswith("test_readme_")]
    [first, second] = [module.read_text(encoding="utf-8") for module in modules]
    assert "def require_adult" in first
    assert "def require_adult" in second
    assert "def test_the_record_number_is_trimmed" in second


def _tests() -> int:
    return sum(block.text.count("\ndef test_") + block.text.startswith("def test_") for block in _all())


def _all() -> list[Block]:
    blocks = [block for document in documents() for block in read_blocks(document)]
    return [block for block in blocks if block.language == "python" and not block.reason and not block.title]
