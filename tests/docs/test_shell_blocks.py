"""The commands of the documentation do and print what the pages show."""

from __future__ import annotations

import shutil
import socket
from pathlib import Path

import pytest

from docs_tools.blocks import ROOT, TUTORIAL, documents, read_blocks
from docs_tools.runs import run_page
from docs_tools.script import steps

#: The tutorial begins with nothing, and has a test of its own.
PAGES = {
    document.relative_to(ROOT).as_posix(): steps(read_blocks(document))
    for document in documents()
    if document != TUTORIAL
}


@pytest.mark.slow
@pytest.mark.parametrize("page", [page for page, of in PAGES.items() if of])
def test_a_page_shows_what_happens(page: str, tmp_path: Path, scaffolded: Path, environment: dict[str, str]) -> None:
    folder = tmp_path / "my-plugin"
    shutil.copytree(scaffolded, folder, symlinks=True)

    run = run_page(page, PAGES[page], folder, environment, _free_port())

    assert not run.problems, "\n".join(run.problems)


def _free_port() -> int:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])
