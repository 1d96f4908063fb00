"""What was pulled from a registry elsewhere is there for as long as a plugin has it, whatever others do meanwhile."""

from __future__ import annotations

import platform
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any
from urllib.parse import quote

import pytest

from biot_emulator.client import Client
from biot_emulator.registry.outside.pulled_images import PulledImage, PulledImages
from biot_emulator.testing import Emulator, running
from biot_emulator.wire_json import encode

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="the platform takes images for x86-64"),
]

PLUGINS = "/settings/v2/plugins"
CODE = "def handler(event, context): return {'tag': 'TAG'}"
LABELS = {"biot-plugin.runtime": "python{}.{}".format(*sys.version_info)}


class Elsewhere:
    """A registry with images, and an emulator that takes them from there."""

    def __init__(self, resources: ExitStack) -> None:
        self.registry = resources.enter_context(ExitStack())
        elsewhere = self.registry.enter_context(running())
        for tag in ("v1", "v2"):
            files = {"var/task/index.py": CODE.replace("TAG", tag).encode()}
            elsewhere.push_image(files, tag, Cmd=["index.handler"], Labels=LABELS)
        login = elsewhere.registry_login()
        url = f"http://{login.user}:{quote(login.password, safe='')}@{login.repository}"
        self.emulator: Emulator = resources.enter_context(running(registry=url))

    def create(self, name: str, tag: str) -> None:
        config = {"name": name, "displayName": name, "version": 1, "deploymentPackageType": "IMAGE", "imageTag": tag}
        self._send("POST", PLUGINS, config, 201)

    def update(self, name: str, tag: str) -> None:
        self._send("PATCH", f"{PLUGINS}/Plugin-{name}", {"version": 2, "imageTag": tag}, 200)

    def delete(self, name: str) -> None:
        assert self.emulator.call("DELETE", f"{PLUGINS}/Plugin-{name}").status_code == 204

    def answer(self, name: str) -> Any:
        url = self.emulator.call("GET", f"{PLUGINS}/Plugin-{name}").body["endpointUrl"]
        return Client(self.emulator.url).call("GET", url.removeprefix(self.emulator.url)).body

    def require_whole(self, name: str, tag: str) -> None:
        """Require that a plugin's image is there without the registry."""
        self.registry.close()
        # It is unpacked again from what was pulled.
        self.emulator.platform.plugins._images._unpacked.clear()
        assert self.answer(name) == {"tag": tag}

    def _send(self, method: str, path: str, config: dict[str, Any], status: int) -> None:
        reply = self.emulator.call(method, path, form={"config": encode(config)})
        assert reply.status_code == status, reply.body


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    with ExitStack() as resources:
        yield Elsewhere(resources)


@pytest.mark.parametrize("is_new", [True, False])
def test_an_image_whose_last_plugin_is_deleted_just_after_it_was_found_is_had_as_a_whole(
    elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch, is_new: bool
) -> None:
    find = PulledImages.find

    def find_before_deletion(images: PulledImages, tag: str) -> PulledImage | None:
        found = find(images, tag)
        elsewhere.delete("other")
        return found

    elsewhere.create("other", "v1")
    elsewhere.create("third", "v2")
    if not is_new:
        elsewhere.create("demo", "v2")
    with monkeypatch.context() as deleting:
        deleting.setattr(PulledImages, "find", find_before_deletion)
        (elsewhere.create if is_new else elsewhere.update)("demo", "v1")
    elsewhere.delete("third")
    elsewhere.require_whole("demo", "v1")


def test_an_image_that_is_found_while_it_is_removed_is_had_as_a_whole(
    elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    remove, find, was_found = PulledImages.remove, PulledImages.find, threading.Event()

    def remove_late(images: PulledImages, digest: str, used: Iterable[str]) -> None:
        creating.append(threads.submit(elsewhere.create, "demo", "v1"))
        assert was_found.wait(60)
        # Whoever does not wait for the end of the removal is done with the image by then.
        time.sleep(0.5)
        remove(images, digest, used)

    def find_and_tell(images: PulledImages, tag: str) -> PulledImage | None:
        found = find(images, tag)
        was_found.set()
        return found

    elsewhere.create("other", "v1")
    creating = list[Future[None]]()
    with ThreadPoolExecutor(1) as threads, monkeypatch.context() as deleting:
        deleting.setattr(PulledImages, "remove", remove_late)
        deleting.setattr(PulledImages, "find", find_and_tell)
        elsewhere.delete("other")
    creating[0].result()
    elsewhere.require_whole("demo", "v1")
