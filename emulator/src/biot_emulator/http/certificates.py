"""Which certificates of HTTPS servers are trusted."""

from __future__ import annotations

import ssl
from pathlib import Path

from biot_emulator.errors import EmulatorError

__all__ = ["CertificatesInvalid", "trust"]


class CertificatesInvalid(EmulatorError):
    """A file with certificates cannot be used."""


def trust(file: Path | None = None) -> ssl.SSLContext:
    """Create the settings of HTTPS connections, which verify certificates and host names.

    Args:
        file: Certificates of authorities in PEM form, which are trusted beside those of the system; None for none.

    Raises:
        CertificatesInvalid: The file cannot be read, or has no certificate.
    """
    context = ssl.create_default_context()
    if file is None:
        return context
    before = len(context.get_ca_certs())
    try:
        context.load_verify_locations(cafile=file)
    except ssl.SSLError:
        raise CertificatesInvalid(_message(file, "it has no certificate in PEM form")) from None
    except OSError as error:
        raise CertificatesInvalid(_message(file, error.strerror or str(error))) from error
    if len(context.get_ca_certs()) == before and not before:
        raise CertificatesInvalid(_message(file, "it has no certificate of an authority"))
    return context


def _message(file: Path, reason: str) -> str:
    return f"The certificates in {file} cannot be used ({reason}): name a PEM file with those of the authority"
