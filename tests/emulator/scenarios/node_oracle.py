"""AWS's own runtime client for Node.js, as the judge of ours: built from the package that AWS publishes."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from biot_emulator import Function, Invocation, Runtime
from biot_emulator.lambda_function.configuration import Node
from biot_emulator.sandbox.launchers import node as launcher

__all__ = ["Judgement", "build_client", "judge", "obtain_node"]

_CACHE = Path(__file__).parents[3] / ".cache" / "aws-lambda-ric"
#: The newest of AWS's client for each way of calling handlers, and where its program is.
_RELEASES = {20: ("3.3.0", "bin/index.mjs", "dist/"), 24: ("4.0.2", "index.mjs", "")}
_TOOLS = ("npm", "cmake", "g++", "make", "autoconf", "automake", "libtoolize")
_BUILD_SECONDS = 900


class Judgement(NamedTuple):
    """What came of an event: a reply, or an error's type, message and phase with the plugin's frames; the log."""

    reply: object
    error: tuple[str, str, str] | None
    frames: tuple[str, ...]
    log: tuple[str, ...]


def obtain_node(major: int) -> Node:
    """Have npm fetch this version of Node.js, once; skip where it cannot be had."""
    folder = _CACHE / f"node-{major}"
    program = _program(folder)
    with _locked(folder):
        if not program.is_file():
            _npm("install", "--prefix", str(folder), f"node@{major}")
        if not program.is_file():
            pytest.skip(f"npm has not installed Node.js {major}")
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    return Node(major, version.strip().removeprefix("v"))


def build_client(major: int) -> Path:
    """Build AWS's client, once, which takes a minute or two; skip where a tool for that is missing."""
    release, program, native = _RELEASES[major]
    folder = _CACHE / release
    package = folder / "node_modules" / "aws-lambda-ric"
    if sys.platform != "linux":
        pytest.skip("AWS's runtime client is for Linux")
    with _locked(folder):
        if not (package / f"{native}rapid-client.node").is_file():
            if missing := [tool for tool in _TOOLS if shutil.which(tool) is None]:
                pytest.skip(f"AWS's runtime client cannot be built without {', '.join(missing)}")
            _npm("install", "--prefix", str(folder), "--ignore-scripts", f"aws-lambda-ric@{release}")
            for script in ("preinstall.sh", "postinstall.sh"):
                _run(["sh", f"scripts/{script}"], package)
    return package / program


def judge(root: Path, node: Node, handler: str, events: int, client: Path | None = None) -> list[Judgement]:
    """Have a plugin handle events, by AWS's client or by ours, each in the same sandbox."""
    with pytest.MonkeyPatch.context() as patch:
        if client:
            patch.setattr(launcher, "_CLIENT", client)
        function = Function(
            root, _program(_CACHE / f"node-{node.major}"), "demo", handler=handler, node=node, timeout=2
        )
        with Runtime(function) as runtime:
            return [_read(runtime.invoke({"n": number}), str(root)) for number in range(events)]


def _program(folder: Path) -> Path:
    return folder / "node_modules" / "node" / "bin" / "node"


def _read(invocation: Invocation, root: str) -> Judgement:
    error = invocation.error
    log = "\n".join(invocation.logs).replace("\r", "\n").replace(root, "TASK")
    log = re.sub(r"Executing '.*' in function directory '.*'", "", log)
    log = re.sub(r"\S+Z\t[0-9a-f-]{36}\t", "TIME\tID\t", re.sub(r"\S+Z\t(undefined|-)\t", r"TIME\t\1\t", log))
    # Of the rest, AWS's client says where it is itself.
    lines = [line.partition(',"stack":')[0] for line in log.splitlines() if line.startswith("TIME") or "\t" not in line]
    if error is None:
        return Judgement(invocation.reply, None, (), tuple(line for line in lines if line))
    message = error.message.partition("\nRequire stack:")[0].replace(root, "TASK")
    frames = tuple(frame.strip().replace(root, "TASK") for frame in error.stack_trace if f"({root}" in frame)
    return Judgement(None, (error.type, message, error.phase), frames, ())


class _locked:
    """One test at a time, of all processes."""

    def __init__(self, folder: Path) -> None:
        folder.parent.mkdir(parents=True, exist_ok=True)
        self._file = folder.with_name(f"{folder.name}.lock").open("w")

    def __enter__(self) -> None:
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        self._file.close()


def _npm(*arguments: str) -> None:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("this machine has no npm")
    try:
        _run([npm, "--no-audit", "--no-fund", "--loglevel=error", *arguments], _CACHE)
    except AssertionError as error:
        pytest.skip(f"the npm registry cannot be used: {error}")


def _run(command: list[str], folder: Path) -> None:
    environment = {**os.environ, "npm_config_update_notifier": "false"}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=_BUILD_SECONDS
    )
    assert done.returncode == 0, f"{command}: {done.stderr.strip()[-2000:]}"
