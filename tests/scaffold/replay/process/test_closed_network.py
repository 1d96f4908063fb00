from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.scaffold.support import CHECKOUT

HEAD = f"""
import json, os, socket, sys
sys.path.insert(0, {str(CHECKOUT / "scaffold" / "src")!r})
from biot_plugin_cli.replay.process.closed_network import ClosedNetwork
"""

ATTEMPTS = {
    "connection": ("socket.create_connection(('127.0.0.1', 1))", "127.0.0.1:1"),
    "IPv6": ("socket.socket(socket.AF_INET6).connect(('::1', 2))", "::1:2"),
    "connect_ex": ("socket.socket().connect_ex(('10.0.0.1', 443))", "10.0.0.1:443"),
    "datagram": ("socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('8.8.8.8', 53))", "8.8.8.8:53"),
    "message": ("socket.socket(type=socket.SOCK_DGRAM).sendmsg([b'x'], [], 0, ('8.8.8.8', 53))", "8.8.8.8:53"),
    "unix": ("socket.socket(socket.AF_UNIX).connect('/run/docker.sock')", "file /run/docker.sock"),
    "name": ("socket.getaddrinfo('example.com', 443)", "example.com:443"),
    "bytes": ("socket.getaddrinfo(b'example.com', None)", "example.com"),
    "old name": ("socket.gethostbyname('example.com')", "example.com"),
    "url": ("__import__('urllib.request').request.urlopen('https://example.com/x')", "example.com:443"),
    "program": ("__import__('subprocess').run(['/usr/bin/curl', 'https://example.com'])", "program curl"),
    "shell": ("os.system('curl https://example.com')", "program curl"),
    "spawn": ("os.posix_spawn('/bin/true', ['true'], {})", "program true"),
    "exec": ("os.execv('/bin/true', ['true'])", "program true"),
    "odd": ("socket.getaddrinfo('a\\nb', 1)", "a?b:1"),
}


def attempt(expression: str, report: Path, allowed: tuple[str, ...] = ()) -> Any:
    code = f"""{HEAD}
ClosedNetwork({[*allowed]!r}, {str(report)!r})
try:
    {expression}
    print(json.dumps(None))
except Exception as error:
    print(json.dumps([isinstance(error, OSError) or type(error).__name__, str(error)]))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(("expression", "place"), ATTEMPTS.values(), ids=ATTEMPTS)
def test_nothing_gets_out(expression: str, place: str, tmp_path: Path) -> None:
    refused = attempt(expression, tmp_path / "report")

    assert refused is not None
    assert refused[0] is True
    assert "nothing:" in refused[1]
    assert place in (tmp_path / "report").read_text().splitlines()


def test_what_answers_the_plugin_can_be_reached(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        expression = f"socket.create_connection(('127.0.0.1', {port}))"

        assert attempt(expression, tmp_path / "report", (f"127.0.0.1:{port}",)) is None

    assert (tmp_path / "report").read_text() == ""


def test_what_sends_nothing_works(tmp_path: Path) -> None:
    expression = (
        "a, b = socket.socketpair(); a.sendall(b'x'); assert b.recv(1) == b'x'; socket.create_server(('', 0)).close()"
    )

    assert attempt(expression, tmp_path / "report") is None
