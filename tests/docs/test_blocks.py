"""Every code block of the documentation is tried, or says why it is not."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from typing import Any

import pytest
import tomllib
import yaml

from biot_plugin_cli.manifest.rules import find_problems
from docs_tools.blocks import IN_TUTORIAL, TUTORIAL, Block, read_blocks
from docs_tools.script import steps
from docs_tools.treatment import PARSED, Treatment, all_blocks, describe_counts, treatment

BLOCKS = all_blocks()


def check_toml(text: str) -> None:
    manifest: dict[str, Any] = tomllib.loads(text).get("tool", {}).get("biot-plugin", {})
    environments = manifest.get("env", {})
    problems = [
        *find_problems(manifest),
        *(each for name in environments for each in find_problems(environments[name], name)),
    ]
    assert [problem.message for problem in problems if problem.code != "key-missing"] == []


def check_dockerfile(text: str) -> None:
    instructions = re.sub(r"\\\n", " ", text).splitlines()
    words = {line.split()[0] for line in instructions if line.strip() and not line.startswith("#")}
    assert words <= {"FROM", "COPY", "RUN", "WORKDIR", "ENV", "USER", "EXPOSE", "CMD", "ENTRYPOINT", "ARG"}


PARSERS: dict[str, Callable[[str], object]] = {
    "toml": check_toml,
    "json": json.loads,
    "yaml": yaml.safe_load,
    "dockerfile": check_dockerfile,
}


def test_every_block_is_of_a_kind_that_is_tried(capfd: pytest.CaptureFixture[str]) -> None:
    unknown = [f"{block.place}: {block.language}" for block in BLOCKS if treatment(block) is Treatment.UNKNOWN]
    assert not unknown, "Begin it with ```python, ```shell, ```console or another language:\n" + "\n".join(unknown)
    with capfd.disabled():
        sys.stderr.write(f"\n{describe_counts()}\n")


def test_a_block_that_is_not_run_says_why() -> None:
    assert [block.place for block in BLOCKS if block.reason is not None and len(block.reason.split()) < 3] == []


def test_what_the_tutorial_types_is_in_it() -> None:
    typed = [line for step in steps(read_blocks(TUTORIAL)) for line in step.script.splitlines()]
    blocks = [block for block in BLOCKS if block.reason == IN_TUTORIAL]
    commands = [(block.place, line) for block in blocks for line in block.text.splitlines() if line]
    assert commands
    assert [(place, line) for place, line in commands if not any(text.startswith(line) for text in typed)] == []


def test_what_is_parsed_has_a_parser() -> None:
    assert PARSERS.keys() == PARSED


@pytest.mark.parametrize(
    "block", [block for block in BLOCKS if treatment(block) is Treatment.PARSED], ids=lambda block: block.place
)
def test_what_is_not_code_can_be_read(block: Block) -> None:
    PARSERS[block.language](block.text)
