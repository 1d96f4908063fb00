from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, strategies as st

from biot_plugin_cli.registry.digests import digest_of, hash_for, is_digest, is_hash_of, require_digest
from biot_plugin_cli.registry.errors import DamagedContent


@given(st.binary(max_size=100))
def test_content_has_the_digest_that_is_made_of_it(content: bytes) -> None:
    for digest in (digest_of(content), f"sha512:{hashlib.sha512(content).hexdigest()}"):
        hashed = hash_for(digest)
        hashed.update(content)
        assert require_digest(digest) == digest
        assert is_hash_of(digest, hashed)
        hashed.update(b"more")
        assert not is_hash_of(digest, hashed)


@given(st.text() | st.none() | st.integers() | st.from_regex(r"[a-z0-9+._-]+:[a-fA-F0-9]{60,66}"))
def test_only_digests_of_the_right_length_pass(text: object) -> None:
    if is_digest(text):
        assert isinstance(text, str)
        assert len(text) in (71, 135)
        assert "/" not in text and "." not in text
    else:
        with pytest.raises(DamagedContent, match="is no digest") as error:
            require_digest(text)
        assert str(error.value).isprintable()
        assert len(str(error.value)) < 200


@pytest.mark.parametrize(
    "text",
    [
        f"sha256:{'a' * 63}",
        f"sha256:{'A' * 64}",
        f"sha256:{'a' * 64}\n",
        f"sha512:{'a' * 64}",
        f"sha256:../../{'a' * 58}",
        f"md5:{'a' * 32}",
        f"SHA256:{'a' * 64}",
    ],
)
def test_what_looks_like_a_digest_is_none(text: str) -> None:
    assert not is_digest(text)
