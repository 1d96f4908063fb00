from __future__ import annotations

import subprocess
import sys
from typing import Any, Literal

import pytest
from typing_extensions import TypedDict

from biot_plugin import AdaptEntity, Plugin
from biot_plugin.attributes import Choice
from biot_plugin.bodies.annotations.unknown_choices import UnknownChoices
from biot_plugin.testing import Client

Stage = Choice[Literal["I", "II"]]


class Inner(TypedDict, total=False):
    stages: list[Stage] | None


class Node(TypedDict, total=False):
    stage: Stage | None
    inner: Inner | None
    nodes: list[Node]


class Plain(TypedDict):
    a: int


class Log:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def warning(self, line: str) -> None:
        self.lines.append(line.partition(" ")[0])


@pytest.mark.parametrize(
    ("json", "places"),
    [
        ({"stage": "I", "inner": {"stages": ["II"]}}, []),
        ({"stage": None, "inner": None, "more": "X"}, []),
        ({"stage": 7, "inner": [], "nodes": "X"}, []),
        ({"stage": "X"}, ["stage"]),
        ({"inner": {"stages": ["I", "X", "Y"]}}, ["inner.stages"]),
        ({"nodes": [{"nodes": [{"stage": "X"}]}]}, ["nodes.nodes.stage"]),
        ([{"stage": "X"}], ["stage"]),
    ],
)
def test_places_are_logged_once(json: Any, places: list[str]) -> None:
    choices, log = UnknownChoices.of(Node), Log()
    assert choices is not None
    for _ in range(2):
        choices.look(json, log)  # type: ignore[arg-type]
    assert log.lines == places


def test_models_without_choices_cost_nothing() -> None:
    assert UnknownChoices.of(Plain) is None
    code = (
        "import sys; from biot_plugin.bodies.annotations.unknown_choices import UnknownChoices as U; "
        "print(U.of(dict), 'biot_plugin.attributes' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["None", "False"]


def test_a_choice_that_is_not_known_passes_and_is_logged(plugin: Plugin, capsys: pytest.CaptureFixture[str]) -> None:
    @plugin.adapt_entity("patient")
    def handle(event: AdaptEntity[Node]) -> None:
        assert event.entities

    reply = Client(plugin).adapt_entity("patient", entities=[{"stage": "new"}])
    assert reply.response.entities == [{"stage": "new"}]
    assert "stage has a choice that the plugin's types do not know" in capsys.readouterr().out
