"""What runs on a platform, compared with what was recorded."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest

from biot_emulator.testing import Emulator
from biot_plugin_cli.evidence.verification.platform import compare_platform
from biot_plugin_cli.manifest.environment_variables import HASH_VARIABLE
from tests.scaffold.deployments import SECOND, deploy, deploy_hooked
from tests.scaffold.faulty_platform import FaultyPlatform
from tests.scaffold.packages import Repository

PACKAGE = {"contentHash": "a" * 64, "sha256": "b" * 64, "imageDigest": None}
HOOKS = {
    "interceptions": [{"type": "PRE_REQUEST", "apiId": "POST/x"}],
    "notifications": [{"entityTypeName": "patient", "actionName": "_create"}],
}
CONFIGURATION = {
    "config": {
        "handler": "index.handler",
        "runtime": "python3.13",
        "timeout": 7,
        "memorySize": 128,
        "environmentVariables": {"REGION": "eu", "TOKEN": "(hidden)"},
        "subscriptions": HOOKS,
    },
    "unmentioned": ["memorySize"],
    "hooksKnown": True,
}
LIVE = {"live": {"endpointUrl": "https://x"}, "versions": [{"live": True, "contentHash": "a" * 64, "version": 3}]}


def other_code() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("index.py", "def handler(event, context): pass\n")
    return packed.getvalue()


def status(**changes: Any) -> dict[str, Any]:
    return {
        "name": "demo",
        "version": 3,
        "endpointUrl": "https://x",
        "handler": "index.handler",
        "runtime": "python3.13",
        "timeout": 7,
        "memorySize": 512,
        "environmentVariables": {"REGION": "eu", "TOKEN": "(hidden)", "MORE": "(hidden)", HASH_VARIABLE: "a" * 64},
        "subscriptions": {**HOOKS, "interceptions": [{**HOOKS["interceptions"][0], "order": 4}]},
        **changes,
    }


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, None),
        ({"environmentVariables": {"REGION": "eu", HASH_VARIABLE: "c" * 64}}, "demo at /contentHash runs other code"),
        ({"environmentVariables": {"REGION": "eu"}}, "demo at /contentHash does not say which code it runs"),
        ({"version": 4}, "demo at /version has another version: expected 3, and it is 4"),
        ({"endpointUrl": "https://y"}, "demo at /endpointUrl is another plugin of the same name"),
        ({"timeout": 900}, "demo at /timeout is configured differently: expected 7, and it is 900"),
        ({"cronSchedule": "0 3 * * ? *"}, "/cronSchedule is configured differently: expected nothing"),
        ({"cors": {"allowOrigins": ["*"]}}, "/cors is configured differently: expected nothing"),
        (
            {"environmentVariables": {"REGION": "(hidden)", HASH_VARIABLE: "a" * 64}},
            "/environmentVariables/REGION is configured differently: expected eu, and it is (hidden)",
        ),
        (
            {"subscriptions": {**HOOKS, "notifications": []}},
            '/subscriptions/notifications is configured differently: expected ["patient _create"], and it is []',
        ),
        ({"codeSha256": "c" * 64}, "demo at /codeSha256 runs another package"),
    ],
)
def test_what_differs_is_named(changes: dict[str, Any], expected: str | None) -> None:
    found = [str(item) for item in compare_platform(status(**changes), PACKAGE, CONFIGURATION, LIVE)]
    assert len(found) == (expected is not None), found
    assert expected is None or expected in found[0]


def test_without_a_look_at_the_platform_before_its_version_does_not_matter() -> None:
    assert compare_platform(status(version=9, endpointUrl="https://y"), PACKAGE, CONFIGURATION, None) == []


@pytest.mark.slow
def test_the_emulators_copy_is_compared_through_the_commands(
    plugin: Repository, emulator: Emulator, platform: FaultyPlatform
) -> None:
    deploy_hooked(plugin)
    outcome = plugin.program("evidence", "--online", "--json", "-o", "made")
    assert outcome.exit_code == 0, outcome.err
    verify = ("evidence", "verify", "made", "--online")
    assert plugin.program(*verify).exit_code == 0
    record = (plugin.root / "made" / "deployments.json").read_text()
    assert f'"by": "user {emulator.username}"' in record
    assert f'"place": "{platform.url}"' in record
    assert '"release": true' in record

    # Somebody uploads code by hand, which leaves the variable with the content hash as it is.
    form = {"config": b'{"version": 2}', "code": other_code()}
    assert emulator.call("PATCH", "/settings/v2/plugins/Plugin-demo", form=form).status_code == 200
    by_hand = plugin.program(*verify, "--json")
    assert by_hand.exit_code == 1
    assert [item["member"] for item in by_hand.document["differences"]] == ["/version"]

    plugin.write("index.py", (plugin.root / "index.py").read_text() + SECOND.replace("def handler", "def other"))
    deploy(plugin)
    outcome = plugin.program(*verify, "--json")
    assert outcome.exit_code == 1
    members = {item["member"] for item in outcome.document["differences"]}
    assert members == {"/contentHash", "/version"}
    # The folder itself is as it was made.
    assert plugin.program("evidence", "verify", "made").exit_code == 0
