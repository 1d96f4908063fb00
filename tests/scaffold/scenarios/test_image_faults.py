"""Pushes that fail: one sentence says what is wrong and what stands where, and nothing is half deployed."""

from __future__ import annotations

from typing import Any

import pytest

from biot_emulator.testing import Emulator
from tests.faulty_registry import Fault, FaultyRegistry, respond
from tests.scaffold.deployments import SECOND, answer, deploy, shown
from tests.scaffold.packages import Repository
from tests.scaffold.pushed_images import as_image

pytestmark = [pytest.mark.slow, pytest.mark.long(20)]

UPLOADS = r"/v2/plugins/blobs/uploads"
REFUSED = respond(401, {"errors": [{"code": "UNAUTHORIZED", "message": "expired"}]}, www_authenticate='Basic realm="x"')
TOO_MANY = respond(429, {"errors": [{"code": "TOOMANYREQUESTS", "message": "slow down"}]}, retry_after="0")
NO_TAG = respond(404, {"code": "PLUGIN_IMAGE_TAG_NOT_FOUND", "message": "x", "traceId": "t1", "details": {}})
FULL = respond(500, {"errors": [{"code": "UNKNOWN", "message": "no space left on device"}]})


@pytest.fixture
def deployed(plugin: Repository, emulator: Emulator, registry: FaultyRegistry) -> Repository:
    """A plugin that was deployed as an image, and has changed since."""
    as_image(plugin)
    deploy(plugin)
    plugin.write("index.py", SECOND)
    return plugin


def count(registry: FaultyRegistry, method: str, path: str) -> int:
    return sum(request.method == method and request.path == path for request in registry.requests)


def test_credentials_that_expire_in_mid_push_are_renewed(deployed: Repository, registry: FaultyRegistry) -> None:
    path = "/settings/v2/plugins/docker-repository/temp-credentials"
    before = count(registry, "GET", path), count(registry, "POST", "/")
    registry.faults = [Fault("POST", UPLOADS, response=REFUSED)]
    assert deploy(deployed)["version"] == 2
    assert (count(registry, "GET", path), count(registry, "POST", "/")) == (before[0] + 2, before[1] + 2)


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    "fault",
    [
        Fault("PUT", UPLOADS, cut_request=50),
        Fault("PUT", UPLOADS, lose_response=True),
        Fault("POST", UPLOADS, response=TOO_MANY),
        Fault("PUT", "/v2/plugins/manifests/", response=respond(503)),
    ],
    ids=["cut", "lost", "rate limit", "server error"],
)
def test_what_passes_is_tried_again(
    deployed: Repository, emulator: Emulator, registry: FaultyRegistry, fault: Fault
) -> None:
    before = registry.bytes_received
    registry.faults = [fault]
    document = deploy(deployed)
    assert document["image"]["bytesSent"] >= registry.bytes_received - before > 0
    assert answer(emulator) == {"n": 2}


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("faults", "exit_code", "said"),
    [
        ([Fault("POST", UPLOADS, 99, response=REFUSED)], 5, ""),
        ([Fault("POST", UPLOADS, 99, response=TOO_MANY)], 5, ""),
        ([Fault("P", UPLOADS, 99, cut_request=0)], 6, ""),
        ([Fault("PUT", UPLOADS, 99, response=FULL)], 6, ""),
        ([Fault("PUT", "/v2/plugins/manifests/", 99, response=respond(503))], 6, ""),
        ([Fault("POST", "^/$", 99, response=respond(400, {"__type": "ExpiredTokenException"}))], 5, "run this command"),
        ([Fault("GET", "temp-credentials", 99, response=respond(403, {"code": "ACCESS_DENIED"}))], 5, "permission"),
        ([Fault("P", "/settings/v2/plugins", 99, response=NO_TAG)], 5, "run this command again, which pushes it"),
        ([Fault("P", "/settings/v2/plugins", 99, response=NO_TAG)], 5, "is in the platform's registry"),
    ],
    ids=["refused", "rate limit", "cut", "full", "no manifest", "expired", "forbidden", "no tag", "no tag, but pushed"],
)
def test_what_fails_for_good_leaves_all_as_it_was(
    deployed: Repository,
    emulator: Emulator,
    registry: FaultyRegistry,
    faults: list[Fault],
    exit_code: int,
    said: str,
) -> None:
    # Which of both changes a plugin depends on what changes.
    registry.faults = [
        Fault(method, fault.path, fault.times, response=fault.response, cut_request=fault.cut_request)
        for fault in faults
        for method in (("PUT", "PATCH") if fault.method == "P" else (fault.method,))
    ]
    failed = deployed.program("deploy", "--yes", "--json")
    assert failed.exit_code == exit_code, failed.err
    document: dict[str, Any] = failed.document
    assert said in document["error"]
    assert "\n" not in document["error"]
    found = shown(emulator)
    assert found
    assert found["version"] == 1
    assert answer(emulator) == {"n": 1}
    registry.faults = []
    assert deploy(deployed)["version"] == 2
    assert answer(emulator) == {"n": 2}


def test_a_tag_with_another_image_is_left_as_it_is(
    deployed: Repository, emulator: Emulator, registry: FaultyRegistry
) -> None:
    tag = deployed.program("image", "push", "--json").document["tag"]
    theirs = emulator.push_image({"index.py": b"def handler(event, context): return {'n': 3}"}, tag)
    pushed = deploy(deployed)["image"]
    assert pushed["tag"].startswith(f"{tag}-")
    assert pushed["digest"] != theirs
    assert answer(emulator) == {"n": 2}


def test_a_base_that_does_not_exist_is_said_before_anything_is_sent(
    plugin: Repository, emulator: Emulator, registry: FaultyRegistry
) -> None:
    as_image(plugin, f"{registry.host}/bases/python:3")
    failed = plugin.program("deploy", "--yes")
    assert failed.exit_code in (4, 5)
    assert registry.host in failed.err
    assert shown(emulator) is None
    assert registry.bytes_received == 0
