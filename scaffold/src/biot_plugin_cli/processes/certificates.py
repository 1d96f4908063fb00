"""The certificates that uv trusts: the system's, as every other program does.

uv's own default is a list inside it, which lacks that of a company's proxy.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

__all__ = ["STORES", "certificate_variables"]

STORES = (
    *("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem"),
    *("/etc/ssl/cert.pem", "/System/Library/Keychains"),
)
"""Where systems have their certificates; one that has none would trust nobody."""

# Newer versions of uv have another name for it, and take no notice of the older one where the newer is set.
_SWITCHES = ("UV_SYSTEM_CERTS", "UV_NATIVE_TLS")
_OWN = (*_SWITCHES, "SSL_CERT_FILE", "SSL_CERT_DIR")
_BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "PIP_CERT")


def certificate_variables(environment: Mapping[str, str], stores: tuple[str, ...] = STORES) -> dict[str, str]:
    """Return the variables that make uv trust what the user's other programs trust.

    Args:
        environment: The user's environment; what it says to uv stays as it is.
        stores: Where the system may have its certificates.
    """
    if any(environment.get(name) for name in _OWN):
        return {}
    if bundle := next(filter(None, map(environment.get, _BUNDLES)), None):
        return {"SSL_CERT_FILE": bundle}
    return dict.fromkeys(_SWITCHES, "1") if any(map(Path.exists, map(Path, stores))) else {}
