"""The tutorial, typed word for word by somebody who has nothing but the commands."""

from __future__ import annotations

import shutil
import socket
from pathlib import Path

import pytest

from docs_tools.blocks import ROOT, TUTORIAL, read_blocks
from docs_tools.runs import run_page
from docs_tools.script import steps

PAGE = TUTORIAL.relative_to(ROOT).as_posix()


@pytest.mark.slow
@pytest.mark.long(60)
@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_everything_happens_as_the_tutorial_says(tmp_path: Path, environment: dict[str, str]) -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        port = server.getsockname()[1]

    run = run_page(PAGE, steps(read_blocks(TUTORIAL)), tmp_path, environment, port)

    assert not run.problems, "\n".join(run.problems)
