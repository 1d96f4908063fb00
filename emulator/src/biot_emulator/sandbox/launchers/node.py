"""A handler in JavaScript, run by the emulator's own runtime client for Node.js."""

from __future__ import annotations

from pathlib import Path

from biot_emulator.lambda_function.configuration import Function, Node
from biot_emulator.lambda_function.environment import node_environment
from biot_emulator.sandbox.launchers.interface import Launch

__all__ = ["launch_node"]

_CLIENT = Path(__file__).parents[1] / "node_client" / "main.cjs"
# As on Lambda, whose heap is as large as it is told, not as the machine allows.
_OLD_SPACE_PERCENT, _SEMI_SPACE_PERCENT = 90, 5
_MAX_HEADER_BYTES = 81920
# What Lambda turns off of a version, with the first version of Node.js that knows it; a plugin can turn it on again.
_FIRST_WITH_ALL = 24
_TURNED_OFF = (("experimental-require-module", (20, 17)), ("experimental-detect-module", (20, 10)))


def launch_node(function: Function, node: Node) -> Launch:
    """Return what a handler in JavaScript is started with."""
    arguments = [function.handler, str(node.major), node.notice or ""]
    return Launch(
        [str(function.interpreter.absolute()), *_options(function.memory_mb), str(_CLIENT), *arguments],
        lambda address: _environment(function, node, address),
        str((function.folder or function.root).absolute()),
    )


def _options(memory_mb: int) -> list[str]:
    return [
        "--expose-gc",
        f"--max-http-header-size={_MAX_HEADER_BYTES}",
        f"--max-old-space-size={memory_mb * _OLD_SPACE_PERCENT // 100}",
        f"--max-semi-space-size={max(1, memory_mb * _SEMI_SPACE_PERCENT // 100)}",
    ]


def _environment(function: Function, node: Node, api_address: str) -> dict[str, str]:
    environment = node_environment(function, node, api_address)
    own = environment.get("NODE_OPTIONS", "")
    options = [f"--no-{name}" for name in _turned_off(node) if f"--{name}" not in own]
    return {**environment, "NODE_OPTIONS": " ".join([*options, *([own] if own else [])])} if options else environment


def _turned_off(node: Node) -> list[str]:
    """Return the features that the interpreter has and Lambda's runtime has not."""
    major, minor = (int(part) for part in node.version.split(".")[:2])
    return [name for name, since in _TURNED_OFF if (major, minor) >= since and node.major < _FIRST_WITH_ALL]
