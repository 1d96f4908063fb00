"""The one place where this package reads a structure that its library reads, too: the two must agree."""

from __future__ import annotations

from functools import cache

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key
from hypothesis import given, settings, strategies as st

from biot_plugin.callers import public_key_parser

SIZES = {2048: 65537, 3072: 3}


@cache
def der_of_size(size: int) -> bytes:
    """Return a public key; made when it is needed, as each process that collects the tests would make it."""
    key = rsa.generate_private_key(public_exponent=SIZES[size], key_size=size)
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize("size", SIZES)
def test_a_key_is_read_as_the_library_reads_it(size: int) -> None:
    der = der_of_size(size)
    library = load_der_public_key(der)
    assert isinstance(library, rsa.RSAPublicKey)
    assert public_key_parser.load(der).public_numbers() == library.public_numbers()


def test_other_and_weak_keys_are_refused() -> None:
    curve = ec.generate_private_key(ec.SECP256R1()).public_key()
    weak = rsa.generate_private_key(public_exponent=65537, key_size=1024).public_key()
    for key in (curve, weak):
        with pytest.raises(ValueError, match="the key is"):
            public_key_parser.load(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


@given(st.sampled_from([*SIZES]).map(der_of_size), st.data())
@settings(max_examples=400)
def test_what_is_accepted_is_what_the_library_accepts(der: bytes, data: st.DataObject) -> None:
    position = data.draw(st.integers(0, len(der) - 1))
    damaged = data.draw(
        st.sampled_from(
            [
                der[:position],
                der + b"\0",
                der[:position] + bytes([data.draw(st.integers(0, 255))]) + der[position + 1 :],
                der[:position] + der[position + 1 :],
            ]
        )
    )
    try:
        numbers = public_key_parser.load(damaged).public_numbers()
    except ValueError:
        return
    library = load_der_public_key(damaged)
    assert isinstance(library, rsa.RSAPublicKey)
    assert numbers == library.public_numbers()


@given(st.binary(max_size=400))
def test_anything_else_is_refused_and_never_crashes(data: bytes) -> None:
    with pytest.raises(ValueError, match="the key"):
        public_key_parser.load(data)


RSA = bytes.fromhex("300d06092a864886f70d0101010500")


def tlv(tag: int, content: bytes) -> bytes:
    length = len(content)
    size = bytes([length]) if length < 0x80 else b"\x82" + length.to_bytes(2, "big")
    return bytes([tag]) + size + content


@pytest.mark.parametrize(
    ("der", "reason"),
    [
        (tlv(0x30, RSA + tlv(0x03, b"\1" + tlv(0x30, b""))), "does not consist of whole bytes"),
        (tlv(0x30, RSA + tlv(0x03, b"\0" + tlv(0x30, tlv(0x02, b"\x80")))), "not a positive DER integer"),
        (b"\x30\x81\x01\0", "a length that is not valid DER"),
        (b"\x30\x02\0", "is truncated"),
    ],
)
def test_what_is_wrong_with_a_key_is_said(der: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        public_key_parser.load(der)


def test_what_follows_a_key_is_refused() -> None:
    with pytest.raises(ValueError, match="has trailing bytes"):
        public_key_parser.load(der_of_size(2048) + b"\0")


@pytest.mark.parametrize(("modulus", "exponent"), [(10_000_000, 17), (2048, 10_000_000)])
def test_a_key_that_would_take_for_ever_to_verify_with_is_refused(modulus: int, exponent: int) -> None:
    def sized(tag: int, content: bytes) -> bytes:
        length = len(content)
        digits = length.to_bytes((length.bit_length() + 7) // 8, "big")
        return bytes([tag]) + (bytes([length]) if length < 0x80 else bytes([0x80 | len(digits)]) + digits) + content

    def number(value: int) -> bytes:
        return sized(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))

    key = sized(0x30, number((1 << (modulus - 1)) + 1) + number((1 << (exponent - 1)) + 1))
    with pytest.raises(ValueError, match="longer than 16384 bits"):
        public_key_parser.load(sized(0x30, RSA + sized(0x03, b"\0" + key)))
