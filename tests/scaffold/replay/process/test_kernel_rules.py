from __future__ import annotations

import json
import socket
import subprocess
import sys
from typing import Any

import pytest

from tests.scaffold.support import CHECKOUT

#: As a library in C connects, of which Python notices nothing, in this process and in one that it starts.
CODE = f"""
import ctypes, json, os, socket, struct, sys
sys.path.insert(0, {str(CHECKOUT / "scaffold" / "src")!r})
from biot_plugin_cli.replay.process.kernel_rules import forbid_connections

def connect(port):
    libc = ctypes.CDLL(None, use_errno=True)
    descriptor = libc.socket(socket.AF_INET, socket.SOCK_STREAM, 0)
    address = struct.pack("=H", socket.AF_INET) + struct.pack("!H", port) + socket.inet_aton("127.0.0.1") + bytes(8)
    code = libc.connect(descriptor, address, len(address))
    os.close(descriptor)
    return code

allowed, other = map(int, sys.argv[1:])
before = connect(other)
holds = forbid_connections([allowed])
print(json.dumps([holds, before, connect(allowed), connect(other)]))
if os.fork() == 0:
    os._exit(0 if connect(other) == -1 else 1)
print(json.dumps(os.waitstatus_to_exitcode(os.wait()[1])))
"""


def run(*ports: int) -> list[Any]:
    command = [sys.executable, "-c", CODE, *map(str, ports)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such rules")
def test_nothing_connects_to_another_port_not_even_in_c() -> None:
    with socket.create_server(("127.0.0.1", 0)) as allowed, socket.create_server(("127.0.0.1", 0)) as other:
        [(holds, before, own, elsewhere), child] = run(allowed.getsockname()[1], other.getsockname()[1])

    assert (before, own) == (0, 0)
    if not holds:
        pytest.skip("this kernel has no rules for connections")
    assert (elsewhere, child) == (-1, 0)
