"""Reads an RSA public key from its SubjectPublicKeyInfo (RFC 5280, RFC 8017).

cryptography's own loader sits in a module whose import takes three times as long as all else that verifying needs, on
every cold start. The structure has one fixed shape for RSA, so reading that one shape, strictly, is enough; what the
numbers mean stays the library's business.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers

_INTEGER, _BIT_STRING, _SEQUENCE = 0x02, 0x03, 0x30
_RSA_ENCRYPTION = bytes.fromhex("06092a864886f70d0101010500")
_MIN_BITS = 2048


def load(der: bytes) -> RSAPublicKey:
    """Reads a DER-encoded SubjectPublicKeyInfo that holds an RSA key.

    Raises:
        ValueError: It is something else, is damaged, or holds a key shorter than 2048 bits.
    """
    info = _whole(der, _SEQUENCE)
    algorithm, rest = _take(info, _SEQUENCE)
    if algorithm != _RSA_ENCRYPTION:
        raise ValueError("the key is not an RSA key")
    bits = _whole(rest, _BIT_STRING)
    if bits[:1] != b"\0":
        raise ValueError("the key's bit string is not made of whole bytes")
    modulus, rest = _take(_whole(bits[1:], _SEQUENCE), _INTEGER)
    n, e = _number(modulus), _number(_whole(rest, _INTEGER))
    if n.bit_length() < _MIN_BITS:
        raise ValueError(f"the key is shorter than {_MIN_BITS} bits")
    return RSAPublicNumbers(e, n).public_key()


def _number(content: bytes) -> int:
    if not content or content[0] & 0x80 or (content[0] == 0 and not (len(content) > 1 and content[1] & 0x80)):
        raise ValueError("the key holds a number that is not a positive DER integer")
    return int.from_bytes(content, "big")


def _whole(data: bytes, tag: int) -> bytes:
    content, rest = _take(data, tag)
    if rest:
        raise ValueError("the key has bytes left over")
    return content


def _take(data: bytes, tag: int) -> tuple[bytes, bytes]:
    """Splits a DER value with this tag off `data`: its content, and what follows."""
    if len(data) < 2 or data[0] != tag:
        raise ValueError("the key is not a SubjectPublicKeyInfo")
    length, start = data[1], 2
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(data[2:start], "big")
        if start == 2 or len(data) < start or data[2] == 0 or length < 0x80:
            raise ValueError("the key has a length that is not DER")
    if len(data) < start + length:
        raise ValueError("the key is cut short")
    return data[start : start + length], data[start + length :]
