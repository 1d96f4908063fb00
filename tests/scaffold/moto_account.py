"""An AWS account that moto keeps in a process of its own: it proves the shape of calls, never that they work."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest

REGION = "eu-central-1"
ACCOUNT = "123456789012"


@dataclass(frozen=True)
class MotoAccount:
    """The account.

    Attributes:
        url: Where it is.
    """

    url: str

    def client(self, service: str) -> Any:
        """A client that goes past whatever stands between the program and the account."""
        return _client(self.url, service)

    def reset(self) -> None:
        request = urllib.request.Request(f"{self.url}/moto-api/reset", method="POST")
        with urllib.request.urlopen(request, timeout=30):
            pass

    def policy_of(self, function: str) -> list[dict[str, Any]]:
        policy = self.client("lambda").get_policy(FunctionName=function, Qualifier="live")["Policy"]
        statements: list[dict[str, Any]] = json.loads(policy)["Statement"]
        return statements

    def leftovers(self) -> dict[str, list[str]]:
        """The names of everything that a plugin consists of."""
        return {
            "functions": [item["FunctionName"] for item in self.client("lambda").list_functions()["Functions"]],
            "roles": [item["RoleName"] for item in self.client("iam").list_roles()["Roles"]],
            "log groups": [item["logGroupName"] for item in self.client("logs").describe_log_groups()["logGroups"]],
            "rules": [item["Name"] for item in self.client("events").list_rules()["Rules"]],
            "repositories": [
                item["repositoryName"] for item in self.client("ecr").describe_repositories()["repositories"]
            ],
            "secrets": [item["Name"] for item in self.client("secretsmanager").list_secrets()["SecretList"]],
        }


@cache
def _client(url: str, service: str) -> Any:
    import boto3

    session = boto3.Session("test", "test", region_name=REGION)
    return session.client(service, endpoint_url=url)  # type: ignore[call-overload]


def use_account(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """Let all calls of AWS go to a URL, with credentials that are no secret."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in {
        "ACCESS_KEY_ID": "test",
        "SECRET_ACCESS_KEY": "test",
        "REGION": REGION,
        "ENDPOINT_URL": url,
        "EC2_METADATA_DISABLED": "true",
    }.items():
        monkeypatch.setenv(f"AWS_{name}", value)


_SERVER = """
import os, sys, threading
if os.fork():
    os._exit(0)
threading.Thread(target=lambda: (sys.stdin.buffer.read(), os._exit(0)), daemon=True).start()
from moto.server import main
main(sys.argv[1:])
"""


@contextmanager
def running_moto() -> Iterator[MotoAccount]:
    """Run moto's server on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    # Not a child of this process, since other tests look whether they have left any; it ends with this end of the pipe.
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", _SERVER, "-H", "127.0.0.1", "-p", str(port)],
        # A function has only images that are in a repository, and their digests.
        env={**os.environ, "MOTO_LAMBDA_STUB_ECR": "false"},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdin is not None
    with process.stdin:
        assert process.wait() == 0
        account = MotoAccount(f"http://127.0.0.1:{port}")
        _wait_for(account)
        yield account


def _wait_for(account: MotoAccount) -> None:
    deadline = time.monotonic() + 120
    while not _answers(account):
        if time.monotonic() > deadline:
            raise RuntimeError("moto does not start")
        time.sleep(0.05)


def _answers(account: MotoAccount) -> bool:
    try:
        account.reset()
    except (urllib.error.URLError, OSError):
        return False
    return True
