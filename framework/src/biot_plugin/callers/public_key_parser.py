"""Parses an RSA public key in SubjectPublicKeyInfo form (RFC 5280, RFC 8017).

Importing the module with cryptography's own loader takes three times as long as all else that verification imports, on
every cold start. For RSA the structure has one fixed shape, so it is enough to parse that shape, strictly; cryptography
still checks the numbers.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers

_INTEGER, _BIT_STRING, _SEQUENCE = 0x02, 0x03, 0x30
_RSA_ENCRYPTION = bytes.fromhex("06092a864886f70d0101010500")
_MIN_BITS = 2048
#: OpenSSL verifies nothing with a longer one, and its cost grows with the square of them.
_MAX_BITS = 16384


def load(der: bytes) -> RSAPublicKey:
    """Parse a DER-encoded SubjectPublicKeyInfo that holds an RSA key.

    Raises:
        ValueError: It is not an RSA key, is malformed, or has fewer than 2048 bits, or more than 16384.
    """
    info = _parse_only(der, _SEQUENCE)
    algorithm, rest = _split(info, _SEQUENCE)
    if algorithm != _RSA_ENCRYPTION:
        raise ValueError("the key is not an RSA key")
    bits = _parse_only(rest, _BIT_STRING)
    if bits[:1] != b"\0":
        raise ValueError("the key's bit string does not consist of whole bytes")
    modulus, rest = _split(_parse_only(bits[1:], _SEQUENCE), _INTEGER)
    n, e = _parse_integer(modulus), _parse_integer(_parse_only(rest, _INTEGER))
    if n.bit_length() < _MIN_BITS:
        raise ValueError(f"the key is shorter than {_MIN_BITS} bits")
    if max(n.bit_length(), e.bit_length()) > _MAX_BITS:
        raise ValueError(f"the key is longer than {_MAX_BITS} bits")
    return RSAPublicNumbers(e, n).public_key()


def _parse_integer(content: bytes) -> int:
    if not content or content[0] & 0x80 or (content[0] == 0 and not (len(content) > 1 and content[1] & 0x80)):
        raise ValueError("the key contains a number that is not a positive DER integer")
    return int.from_bytes(content, "big")


def _parse_only(data: bytes, tag: int) -> bytes:
    content, rest = _split(data, tag)
    if rest:
        raise ValueError("the key has trailing bytes")
    return content


def _split(data: bytes, tag: int) -> tuple[bytes, bytes]:
    """Split a DER value with this tag off `data`; return its content and the rest."""
    if len(data) < 2 or data[0] != tag:
        raise ValueError("the key is not a SubjectPublicKeyInfo")
    length, start = data[1], 2
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(data[2:start], "big")
        if start == 2 or len(data) < start or data[2] == 0 or length < 0x80:
            raise ValueError("the key has a length that is not valid DER")
    if len(data) < start + length:
        raise ValueError("the key is truncated")
    return data[start : start + length], data[start + length :]
