"""Plugins to export, and texts that would change a template if they were not escaped."""

from __future__ import annotations

from typing import Any

from biot_plugin_cli.export.parameters import Variables, find_variables
from biot_plugin_cli.hooks.discovery import Hooks
from biot_plugin_cli.manifest.settings import Manifest
from biot_plugin_cli.own_account.desired_state import DesiredState

URL = "https://api.example.com"
KEY = "arn:aws:kms:eu-central-1:123456789012:key/abc"
ROLE = "arn:aws:iam::123456789012:role/existing"
BOUNDARY = "arn:aws:iam::123456789012:policy/boundary"
HOSTILE = (
    'a "quoted" one',
    "${var.x} $${y} $$${z} ${",
    "%{ if true }x%{ endif } %%{y} %{",
    "two\nlines\r\n\tand a tab",
    "back\\slash \\n \\u0041",
    "${AWS::Region} !Ref x: [y, {z: 1}]",
    "- item\n--- # comment\n<<EOF\nEOF",
    "' single '' ",
    "\u2028\u0085\x1b[2J\x7f é😀",
    "yes",
    "0x1F",
    "null",
    " ",
)
SECRETS = {
    "API_KEY": "hunter2-hunter2",
    "DATABASE": "postgres://demo:hunter2-hunter2@db.example/demo",
    "SETTINGS": '{"password": "hunter2-hunter2"}',
}
EVERYTHING = {
    "kms-key": KEY,
    "subnets": ["subnet-0123456789abcdef0"],
    "security-groups": ["sg-0123456789abcdef0"],
    "tags": {"cost center": "x=1", "team": "é"},
    "permissions-boundary": BOUNDARY,
    "role-path": "/plugins/",
}


def hostile_variables() -> dict[str, str]:
    return {f"TEXT_{number}": text for number, text in enumerate(HOSTILE)}


def desired_state(
    *,
    environment: dict[str, str] | None = None,
    aws: dict[str, Any] | None = None,
    cron: str | None = "0 3 * * ? *",
    name: str | None = None,
    **settings: Any,
) -> DesiredState:
    table = {"name": "demo", "display-name": "Demo", "version": 1, "runtime": "python3.13", **settings}
    manifest = Manifest.of({**table, "environment": environment or {}, "aws": aws or {}})
    return DesiredState.of(manifest, name, URL, Hooks({}, cron, has_framework=True), None)


def variables_of(desired: DesiredState) -> Variables:
    return find_variables(desired, URL)
