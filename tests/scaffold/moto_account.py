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
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from boto3.session import Session

REGION = "eu-central-1"
ACCOUNT = "123456789012"


@dataclass(frozen=True)
class MotoAccount:
    """The account.

    Attributes:
        url: Where it is.
    """

    url: str

    @property
    def session(self) -> Session:
        return _session()

    def client(self, service: str) -> Any:
        """A client that goes past whatever stands between the program and the account."""
        return self.session.client(service, endpoint_url=self.url)  # type: ignore[call-overload]

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
            "functions": [one["FunctionName"] for one in self.client("lambda").list_functions()["Functions"]],
            "roles": [one["RoleName"] for one in self.client("iam").list_roles()["Roles"]],
            "log groups": [one["logGroupName"] for one in self.client("logs").describe_log_groups()["logGroups"]],
            "rules": [one["Name"] for one in self.client("events").list_rules()["Rules"]],
            "secrets": [one["Name"] for one in self.client("secretsmanager").list_secrets()["SecretList"]],
        }


@cache
def _session() -> Session:
    import boto3

    return boto3.Session("test", "test", region_name=REGION)


@contextmanager
def running_moto() -> Iterator[MotoAccount]:
    """Run moto's server on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "MOTO_IAM_LOAD_MANAGED_POLICIES": "true"},
    )
    try:
        account = MotoAccount(f"http://127.0.0.1:{port}")
        _wait_for(account, process)
        yield account
    finally:
        process.kill()
        process.wait()


def _wait_for(account: MotoAccount, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < deadline:
        try:
            account.reset()
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("moto does not start")
