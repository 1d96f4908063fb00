from __future__ import annotations

from biot_plugin_cli.registry.descriptor import Descriptor
from biot_plugin_cli.registry.digests import digest_of


def test_a_parsed_descriptor_is_written_unchanged() -> None:
    document = {
        "mediaType": "a/b",
        "size": 1,
        "digest": digest_of(b"x"),
        "annotations": {"a": "b", "no text": 1},
        "platform": {"os": "linux"},
        "urls": ["https://elsewhere.example"],
        "data": "eA==",
    }
    descriptor = Descriptor.parse(document)
    assert descriptor.dump() == document
    assert list(descriptor.dump()) == list(document)
    assert (descriptor.annotations, descriptor.platform) == ({"a": "b"}, {"os": "linux"})
    assert descriptor == Descriptor.of(b"x", "a/b")


def test_a_new_descriptor_has_what_it_was_given() -> None:
    descriptor = Descriptor("a/b", digest_of(b"x"), 1, {"c": "d"})
    assert descriptor.dump() == {
        "mediaType": "a/b",
        "digest": digest_of(b"x"),
        "size": 1,
        "annotations": {"c": "d"},
    }
    assert "annotations" not in Descriptor.of(b"x", "a/b").dump()
