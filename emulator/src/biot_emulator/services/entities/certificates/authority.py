"""The certificates that devices would connect with: signed by an authority of the platform's own."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

__all__ = ["Authority", "Issued"]

_NAME = "BioT emulator"
_LIFETIME = timedelta(days=3650)
_CLOCK_SKEW = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Issued:
    """A new certificate; its private key is stored nowhere.

    Attributes:
        id: Its id.
        certificate: The certificate as PEM.
        private_key: Its private key as PEM.
        authority: The authority's certificate as PEM.
    """

    id: str
    certificate: str
    private_key: str
    authority: str


class Authority:
    """Signs certificates of devices.

    Args:
        pem: What `generate` returned.
    """

    def __init__(self, pem: str) -> None:
        from cryptography.hazmat.primitives.serialization import load_pem_private_key
        from cryptography.x509 import load_pem_x509_certificate

        content = pem.encode()
        self._key: EllipticCurvePrivateKey = load_pem_private_key(content, None)  # type: ignore[assignment]
        self._certificate = load_pem_x509_certificate(content)

    @staticmethod
    def generate(now: datetime) -> str:
        """Return a new authority: its private key and its certificate as PEM."""
        key = _new_key()
        certificate = _certificate(_NAME, _NAME, key, key, now, is_authority=True)
        return _key_text(key) + _certificate_text(certificate)

    def issue(self, device: str, now: datetime) -> Issued:
        """Issue a certificate for a device, by its id."""
        key = _new_key()
        certificate = _certificate(device, _NAME, key, self._key, now, is_authority=False)
        return Issued(
            str(uuid.uuid4()), _certificate_text(certificate), _key_text(key), _certificate_text(self._certificate)
        )


def _new_key() -> EllipticCurvePrivateKey:
    from cryptography.hazmat.primitives.asymmetric import ec

    return ec.generate_private_key(ec.SECP256R1())


def _certificate(
    subject: str,
    issuer: str,
    key: EllipticCurvePrivateKey,
    signed_by: EllipticCurvePrivateKey,
    now: datetime,
    *,
    is_authority: bool,
) -> x509.Certificate:
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.x509.oid import NameOID

    # A name in a certificate has at most 64 characters, an id 108.
    subject_name, issuer_name = (
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])]) for name in (subject, issuer)
    )
    return (
        x509.CertificateBuilder()
        .subject_name(subject_name)
        .issuer_name(issuer_name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_SKEW)
        .not_valid_after(now + _LIFETIME)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .sign(signed_by, SHA256())
    )


def _certificate_text(certificate: x509.Certificate) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.PEM).decode()


def _key_text(key: EllipticCurvePrivateKey) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
