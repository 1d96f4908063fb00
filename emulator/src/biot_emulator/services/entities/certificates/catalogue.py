"""The certificates of devices: which ones they have, and whether these are active."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from biot_emulator.services.entities.certificates.authority import Authority, Issued
from biot_emulator.services.entities.certificates.errors import CertificateAlreadyExists, CertificateNotFound
from biot_emulator.state.clock import Clock
from biot_emulator.state.store import Store

__all__ = ["AUTHORITY", "CERTIFICATES", "TYPES", "Certificates"]

CERTIFICATES = "device-certificates"
"""The collection with the certificates."""
AUTHORITY = "device-authority"
"""The collection with the authority that signs them."""
TYPES: Mapping[str, str] = {"PRODUCTION": "PERMANENT", "BOOTSTRAP": "BOOTSTRAP"}
"""The types of certificates, the one that counts more first, and the status of a device that has an active one."""


class Certificates:
    """The certificates of all devices.

    Args:
        store: The state.
        clock: The platform's time.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def issue(self, device: str, type: str) -> Issued:
        """Issue a certificate to a device that has none of this type. Raises CertificateAlreadyExists."""
        with self._store.transaction():
            existing = self._find(device, type)
            if existing is not None:
                message = f"The device [{device}] has a certificate of the type {type}: delete it first"
                raise CertificateAlreadyExists(message, certificateId=existing["id"], certificateType=type)
            issued = self._authority().issue(device, self._clock.now())
            self._put(device, {"id": issued.id, "device": device, "type": type, "active": False})
        return issued

    def activate(self, device: str, type: str) -> None:
        """Activate a certificate. Raises CertificateNotFound."""
        with self._store.transaction():
            certificate = self._find(device, type)
            if certificate is None:
                message = f"The device [{device}] has no certificate of the type {type}: create one first"
                raise CertificateNotFound(message, certificateType=type)
            self._put(device, {**certificate, "active": True})

    def revoke(self, device: str, type: str) -> bool:
        """Remove a certificate; return whether there was one."""
        return self._store.delete(CERTIFICATES, f"{device}/{type}")

    def status(self, device: str) -> str:
        """Return the status of a device, by its active certificates."""
        active = (type for type in TYPES if (found := self._find(device, type)) and found["active"])
        return TYPES.get(next(active, ""), "NOT_INSTALLED")

    def _find(self, device: str, type: str) -> dict[str, Any] | None:
        return self._store.get(CERTIFICATES, f"{device}/{type}")

    def _put(self, device: str, certificate: dict[str, Any]) -> None:
        self._store.put(CERTIFICATES, f"{device}/{certificate['type']}", certificate)

    def _authority(self) -> Authority:
        document = self._store.get(AUTHORITY, AUTHORITY)
        if document is None:
            document = {"private": Authority.generate(self._clock.now())}
            self._store.put(AUTHORITY, AUTHORITY, document)
        return Authority(document["private"])
