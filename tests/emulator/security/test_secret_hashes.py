"""Hashes of secrets."""

from __future__ import annotations

from hypothesis import given, settings, strategies as st

from biot_emulator.security.secret_hashes import hash_secret, is_secret

secrets = st.text(max_size=20) | st.just("\ud800")


@settings(deadline=None, max_examples=30)
@given(secrets, secrets)
def test_a_secret_is_that_of_its_hash_alone(secret: str, other: str) -> None:
    stored = hash_secret(secret)
    assert is_secret(secret, [stored])
    assert is_secret(other, [stored]) == (other == secret)
    assert is_secret(other, [stored, hash_secret(other)])
    assert is_secret(other, [stored, hash_secret(other, like=stored)])
    assert secret not in stored or len(secret) < 3


def test_nobody_has_no_secret() -> None:
    assert not is_secret("", [])
    assert not is_secret("x", [])


def test_two_secrets_of_one_holder_have_one_salt_and_those_of_two_have_two() -> None:
    stored = hash_secret("a")
    assert hash_secret("b", like=stored).partition(":")[0] == stored.partition(":")[0]
    assert hash_secret("a") != stored
