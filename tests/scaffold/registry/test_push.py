from __future__ import annotations

import json
from dataclasses import replace

import pytest

from biot_plugin_cli.registry.blobs import Blob
from biot_plugin_cli.registry.errors import DamagedContent, LoginRefused, RegistryUnreachable
from biot_plugin_cli.registry.login import Login
from biot_plugin_cli.registry.manifest import Manifest
from biot_plugin_cli.registry.media_types import OCI_LAYER
from biot_plugin_cli.registry.push import Pushed, push_image
from tests.faulty_registry import Fault, FaultyRegistry, respond
from tests.registries import Connect, SmallImage, make_image

BASE = b"the base" * 20_000


def size_of(*blobs: Blob) -> int:
    return sum(blob.descriptor.size for blob in blobs)


def test_only_what_the_registry_lacks_is_sent(faulty: FaultyRegistry, connect: Connect) -> None:
    registry = connect(faulty.host)
    first, second = make_image(BASE, b"code"), make_image(BASE, b"other code")
    everything = size_of(*first.layers, first.config)
    assert push_image(registry, "push/a", "1", first) == Pushed(first.manifest.digest, False, 3, everything)
    assert faulty.bytes_received == everything
    assert push_image(registry, "push/a", "1", first) == Pushed(first.manifest.digest, True, 0, 0)
    changed = size_of(second.layers[1], second.config)
    assert push_image(registry, "push/a", "1", second) == Pushed(second.manifest.digest, False, 2, changed)
    assert faulty.bytes_received == everything + changed
    assert registry.fetch_manifest("push/a", "1") == second.manifest


def test_an_image_that_the_tag_has_is_one_request(faulty: FaultyRegistry, connect: Connect) -> None:
    registry, image = connect(faulty.host), make_image(b"same")
    push_image(registry, "push/same", "1", image)
    faulty.requests.clear()
    push_image(registry, "push/same", "1", image)
    assert [(request.method, request.path) for request in faulty.requests] == [("GET", "/v2/push/same/manifests/1")]


def test_the_manifest_comes_last(faulty: FaultyRegistry, connect: Connect) -> None:
    push_image(connect(faulty.host), "push/order", "1", make_image(b"a", b"b"))
    written = [request.path for request in faulty.requests if request.method == "PUT"]
    assert "/manifests/" in written[-1]
    assert all("/blobs/uploads/" in path for path in written[:-1])


def test_a_layer_that_is_in_an_image_twice_is_sent_once(faulty: FaultyRegistry, connect: Connect) -> None:
    assert push_image(connect(faulty.host), "push/twice", "1", make_image(b"t", b"t")).blobs_sent == 2


@pytest.mark.parametrize(
    "fault",
    [
        Fault("PUT", "/blobs/uploads/", after=1, times=99, response=respond(500)),
        Fault("PUT", "/blobs/uploads/", after=1, times=99, cut_request=3),
        Fault("PUT", "/manifests/", times=99, response=respond(503)),
        Fault("PUT", "/manifests/", times=99, cut_request=10),
    ],
)
def test_a_push_that_fails_leaves_the_tag_as_it_was(faulty: FaultyRegistry, connect: Connect, fault: Fault) -> None:
    registry = connect(faulty.host)
    before, after = make_image(b"before"), make_image(b"after" * 1000, repr(fault).encode())
    push_image(registry, "push/tag", "1", before)
    faulty.faults = [replace(fault)]
    with pytest.raises(RegistryUnreachable):
        push_image(registry, "push/tag", "1", after)
    assert registry.fetch_manifest("push/tag", "1") == before.manifest
    faulty.faults = []
    push_image(registry, "push/tag", "1", after)
    assert registry.fetch_manifest("push/tag", "1") == after.manifest


def test_a_manifest_whose_response_is_lost_is_sent_again(faulty: FaultyRegistry, connect: Connect) -> None:
    image = make_image(b"lost")
    faulty.faults = [Fault("PUT", "/manifests/", lose_response=True)]
    assert push_image(connect(faulty.host), "push/lost", "1", image).digest == image.manifest.digest


def test_credentials_that_expire_in_mid_push_are_renewed(faulty: FaultyRegistry, connect: Connect) -> None:
    image, number = make_image(b"one", b"two", b"three"), 0

    def login() -> Login:
        nonlocal number
        number += 1
        return Login("AWS", f"password-{number}")

    expired = respond(401, www_authenticate="Basic realm=x")
    faulty.faults = [
        Fault("PUT", "/blobs/uploads/", after=1, response=expired),
        Fault("PUT", "/manifests/", response=expired),
    ]
    push_image(connect(faulty.host, login), "push/renewed", "1", image)
    assert number == 3
    sent = {request.headers["authorization"] for request in faulty.requests if "authorization" in request.headers}
    assert len(sent) == 3


def test_credentials_that_expire_for_good_end_it_in_one_sentence(faulty: FaultyRegistry, connect: Connect) -> None:
    faulty.faults = [Fault("PUT", "/blobs/uploads/", after=1, times=99, response=respond(401))]
    with pytest.raises(
        LoginRefused, match=r"The credentials for .* are not enough for the blob .*: renew them"
    ) as error:
        push_image(
            connect(faulty.host, lambda: Login("AWS", "the-password")), "push/expired", "1", make_image(b"e", b"f")
        )
    assert "the-password" not in str(error.value)


def test_a_blob_that_is_not_what_it_says_never_arrives(faulty: FaultyRegistry, connect: Connect) -> None:
    image = make_image(b"good")
    descriptor = image.layers[0].descriptor
    registry = connect(faulty.host)
    for content in (b"x" * descriptor.size, b"", b"x" * (descriptor.size + 1), b"x" * (descriptor.size - 1)):
        forged = Blob(descriptor, Blob.from_bytes(content, OCI_LAYER).open)
        with pytest.raises(DamagedContent, match="has changed since it was described"):
            push_image(registry, "push/forged", "1", SmallImage(image.manifest, image.config, (forged,)))
    assert registry.find_manifest("push/forged", "1") is None


def test_a_layer_of_another_registry_is_streamed_through(
    faulty: FaultyRegistry, secure_registry: object, connect: Connect
) -> None:
    base = make_image(BASE, b"1")
    source = connect(faulty.host)
    push_image(source, "push/base", "1", base)
    assert base.layers[0].descriptor.size > 0
    document = json.loads(base.manifest.content)
    document["layers"] = [layer.dump() for layer in source.fetch_manifest("push/base", "1").layers]
    layers = tuple(source.blob("push/base", layer) for layer in base.manifest.layers)
    image = SmallImage(Manifest.parse(json.dumps(document).encode()), base.config, layers)
    from tests.registries import PASSWORD, USER, DockerRegistry

    assert isinstance(secure_registry, DockerRegistry)
    target = connect(secure_registry.host, lambda: Login(USER, PASSWORD), ca_file=secure_registry.ca_file)
    assert push_image(target, "push/streamed", "1", image).blobs_sent == 3
    assert target.fetch_manifest("push/streamed", "1") == image.manifest


def test_a_layer_of_the_same_registry_is_mounted(faulty: FaultyRegistry, connect: Connect) -> None:
    base, registry = make_image(b"mounted" * 1000), connect(faulty.host)
    push_image(registry, "push/from", "1", base)
    faulty.requests.clear()
    layers = tuple(registry.blob("push/from", layer) for layer in base.manifest.layers)
    image = SmallImage(base.manifest, base.config, layers)
    assert push_image(registry, "push/to", "1", image).bytes_sent == base.config.descriptor.size
    assert not [request for request in faulty.requests if request.method == "GET" and "/blobs/sha256" in request.path]


def test_a_layer_that_cannot_be_mounted_is_sent(faulty: FaultyRegistry, connect: Connect) -> None:
    for number, response in enumerate((respond(403), respond(404), respond(405), None)):
        registry, base = connect(faulty.host), make_image(f"{number}".encode())
        push_image(registry, "push/source", "1", base)
        # A registry may also begin an upload instead, as for a repository that does not have the blob.
        faulty.faults = [Fault("POST", "mount=", response=response)] if response else []
        source = "push/source" if response else "push/not-there"
        blob = Blob(base.layers[0].descriptor, base.layers[0].open)
        assert registry.push_blob(f"push/unmounted-{number}", blob, mount_from=source)
        assert registry.has_blob(f"push/unmounted-{number}", blob.descriptor.digest)
