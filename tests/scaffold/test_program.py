"""What is begun before the commands are loaded, in processes of their own: it depends on what is loaded already."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.scaffold.packages import Repository

EVENT = {"headers": {"authorization": "Bearer SIGN_ME"}, "body": {"apiId": "GET/x", "metadata": {}, "request": {}}}

# Notes in which process each key is made and what that one has loaded when it is copied.
_NOTING = """
import os, sys
fork = os.fork
def noted():
    print("FORK", *sorted(name.partition(".")[0] for name in sys.modules), flush=True)
    return fork()
os.fork = noted
def note(event, arguments):
    if event == "import" and arguments[0] == "cryptography":
        print("LIBRARY", os.getpid() == own, flush=True)
own = os.getpid()
sys.addaudithook(note)
from biot_plugin_cli.program import main
sys.argv = ["biot-plugin", {arguments}]
try:
    main()
except SystemExit as end:
    print("CODE", end.code, flush=True)
try:
    os.waitpid(-1, 0)
except ChildProcessError:
    print("NO CHILD")
"""


@pytest.fixture
def said(in_process: Callable[[str], str]) -> Callable[..., list[str]]:
    def run(*arguments: str) -> list[str]:
        code = _NOTING.replace("{arguments}", ", ".join(map(repr, arguments)))
        return [line for line in in_process(code).splitlines() if line.startswith(("FORK", "LIB", "CODE", "NO "))]

    return run


def test_the_key_of_an_invocation_is_made_in_another_process(
    repository: Repository, said: Callable[..., list[str]]
) -> None:
    for name in ("a.json", "b.json"):
        repository.write(name, json.dumps(EVENT))
    fork, *others = said("invoke", "a.json", "b.json")
    assert not {"typer", "rich", "subprocess", "pathlib", "dataclasses", "cryptography"} & {*fork.split()}
    assert others == ["LIBRARY False", "CODE 0", "NO CHILD"]


def test_the_key_is_asked_for_once_everything_else_is_loaded(
    repository: Repository, in_process: Callable[[str], str]
) -> None:
    repository.write("a.json", json.dumps(EVENT))
    said = in_process("""
import sys
from biot_emulator.security.separate_key import SeparateKey
sign = SeparateKey.sign
def noticed(self, message):
    print("SIGNED", "biot_plugin_cli.invoke.report" in sys.modules)
    return sign(self, message)
SeparateKey.sign = noticed
from biot_plugin_cli.program import main
sys.argv = ["biot-plugin", "invoke", "a.json"]
main()
""")
    assert said.startswith("SIGNED True\n")


@pytest.mark.parametrize("arguments", [("invoke", "none.json"), ("--debug", "invoke"), ("invoke", "--nonsense")])
def test_nothing_is_left_of_it_where_the_command_fails(
    repository: Repository, said: Callable[..., list[str]], arguments: tuple[str, ...]
) -> None:
    fork, *others = said(*arguments)
    assert fork.startswith("FORK")
    assert others[-2:] in (["CODE 1", "NO CHILD"], ["CODE 2", "NO CHILD"])


@pytest.mark.parametrize("arguments", [(), ("--help",), ("invoke", "--help"), ("config",), ("--version", "invoke")])
def test_other_commands_have_no_other_process(
    repository: Repository, said: Callable[..., list[str]], arguments: tuple[str, ...]
) -> None:
    assert said(*arguments) == ["CODE 0", "NO CHILD"]
