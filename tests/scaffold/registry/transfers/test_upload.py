"""Uploads that are cut, refused and resumed."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from biot_plugin_cli.registry.blobs import Blob
from biot_plugin_cli.registry.errors import TooManyRequests
from biot_plugin_cli.registry.media_types import OCI_LAYER
from biot_plugin_cli.registry.transfers.upload import UploadSizes
from tests.faulty_registry import Fault, FaultyRegistry, faulty_registry, respond
from tests.registries import Connect
from tests.resuming_registry import ResumingRegistry, resuming_registry

SIZE, CHUNK = 1_000_000, 300_000
CHUNKED = UploadSizes(at_once=0, chunk=CHUNK)


@pytest.fixture
def resuming() -> Iterator[ResumingRegistry]:
    with resuming_registry() as registry:
        yield registry


def make_blob(size: int = SIZE) -> Blob:
    return Blob.from_bytes(os.urandom(size), OCI_LAYER)


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, SIZE])
@pytest.mark.parametrize("sizes", [CHUNKED, UploadSizes()])
def test_a_blob_arrives_at_once_or_in_chunks(
    faulty: FaultyRegistry, connect: Connect, size: int, sizes: UploadSizes
) -> None:
    blob, registry = make_blob(size), connect(faulty.host, sizes=sizes)
    registry.push_blob("upload/a", blob)
    assert registry.has_blob("upload/a", blob.descriptor.digest)
    assert all(len(request.body) <= max(CHUNK, sizes.at_once) for request in faulty.requests)


@pytest.mark.parametrize("cut", [0, 1, 100_000, CHUNK - 1])
def test_a_chunk_that_is_cut_is_continued_where_it_was(resuming: ResumingRegistry, connect: Connect, cut: int) -> None:
    with faulty_registry(resuming.host) as proxy:
        proxy.faults = [Fault("PATCH", "", after=1, cut_request=cut)]
        blob = make_blob()
        assert connect(proxy.host, sizes=CHUNKED).push_blob("a", blob)
        assert len(resuming.blobs[blob.descriptor.digest]) == SIZE
        assert proxy.bytes_received == SIZE, "nothing is sent twice"
        assert len(resuming.uploads) == 1


def test_a_blob_that_is_cut_is_continued_in_chunks(resuming: ResumingRegistry, connect: Connect) -> None:
    with faulty_registry(resuming.host) as proxy:
        proxy.faults = [Fault("PUT", "", cut_request=600_000)]
        blob = make_blob()
        assert connect(proxy.host).push_blob("a", blob)
        assert blob.descriptor.digest in resuming.blobs
        assert proxy.bytes_received == SIZE


FAULTS = {
    "cut chunk": Fault("PATCH", "", after=1, cut_request=100_000),
    "lost chunk": Fault("PATCH", "", after=1, lose_response=True),
    "lost end": Fault("PUT", "", lose_response=True),
    "busy": Fault("PATCH", "", response=respond(429, retry_after="3")),
    "failed chunk": Fault("PATCH", "", response=respond(500)),
    "failed end": Fault("PUT", "", response=respond(502)),
    "forgotten": Fault("PATCH", "", after=1, response=respond(404)),
    "other place": Fault("PATCH", "", after=1, response=respond(416)),
    "wrong digest": Fault("PUT", "", response=respond(400)),
}


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("sizes", [CHUNKED, UploadSizes()])
def test_a_registry_that_cannot_resume_gets_all_again(
    faulty: FaultyRegistry, connect: Connect, name: str, sizes: UploadSizes
) -> None:
    fault = FAULTS[name]
    faulty.faults = [Fault(fault.method, fault.path, 1, fault.after, fault.response, fault.cut_request)]
    faulty.faults[0].lose_response = fault.lose_response
    blob, registry = make_blob(), connect(faulty.host, sizes=sizes)
    assert registry.push_blob("upload/b", blob)
    assert registry.has_blob("upload/b", blob.descriptor.digest)


def test_a_stale_offset_does_not_spoil_the_blob(resuming: ResumingRegistry, connect: Connect) -> None:
    with faulty_registry(resuming.host) as proxy:
        proxy.faults = [
            Fault("PATCH", "", after=1, cut_request=100_000),
            Fault("GET", "uploads", change=lambda response: response.replace(b"range: 0-3", b"range: 0-9")),
        ]
        blob = make_blob()
        assert connect(proxy.host, sizes=CHUNKED).push_blob("a", blob)
        assert blob.descriptor.digest in resuming.blobs
        assert len(resuming.uploads) == 2, "all was sent again"


def test_what_is_too_large_at_once_is_sent_in_chunks(faulty: FaultyRegistry, connect: Connect) -> None:
    faulty.faults = [Fault("PUT", "", response=respond(413))]
    assert connect(faulty.host, sizes=UploadSizes(chunk=CHUNK)).push_blob("upload/c", make_blob())
    assert [len(request.body) for request in faulty.requests if request.method == "PATCH"] == [CHUNK] * 3 + [100_000]


def test_a_registry_may_want_larger_chunks(faulty: FaultyRegistry, connect: Connect) -> None:
    minimum = b"202 Accepted\r\nOCI-Chunk-Min-Length: 500000"
    faulty.faults = [Fault("POST", "", change=lambda response: response.replace(b"202 Accepted", minimum))]
    assert connect(faulty.host, sizes=CHUNKED).push_blob("upload/d", make_blob())
    assert [len(request.body) for request in faulty.requests if request.method == "PATCH"] == [500_000] * 2


def test_a_registry_that_stays_busy_ends_it(faulty: FaultyRegistry, connect: Connect, waits: list[float]) -> None:
    faulty.faults = [Fault("PATCH", "", times=99, response=respond(429, retry_after="20"))]
    with pytest.raises(TooManyRequests, match="wait 20 seconds"):
        connect(faulty.host, sizes=CHUNKED).push_blob("upload/e", make_blob())
    assert waits == [20.0] * 4
