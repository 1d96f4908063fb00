"""The certificates of devices, from their issue to their end."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import load_pem_x509_certificate

from tests.emulator.services.entities.world import DEVICES, World


def _status(world: World, device: str) -> Any:
    return world("GET", f"{DEVICES}/{device}").body["_status"]["_certificateStatus"]


def test_a_certificate_is_one_of_the_device_signed_by_the_authority(world: World) -> None:
    device = world.device()
    issued = world("POST", f"{DEVICES}/{device}/certificate")
    other = world("POST", f"{DEVICES}/{world.device()}/certificate").body

    certificate, authority, key = (
        load_pem_x509_certificate(issued.body["certificate"].encode()),
        load_pem_x509_certificate(issued.body["caCertificate"].encode()),
        load_pem_private_key(issued.body["privateKey"].encode(), None),
    )
    certificate.verify_directly_issued_by(authority)
    assert issued.status_code == 201
    assert certificate.subject.rfc4514_string() == f"CN={device}"
    assert certificate.public_key() == key.public_key()
    assert (other["caCertificate"], issued.body["connectionClientId"]) == (issued.body["caCertificate"], device)
    assert other["privateKey"] != issued.body["privateKey"]


@pytest.mark.parametrize(("type", "status"), [("PRODUCTION", "PERMANENT"), ("BOOTSTRAP", "BOOTSTRAP")])
def test_an_active_certificate_is_in_the_status_of_the_device(world: World, type: str, status: str) -> None:
    device = world.device()
    path = f"{DEVICES}/{device}/certificate"
    world("POST", f"{path}?type={type}")
    assert _status(world, device) == "NOT_INSTALLED"

    assert world("POST", f"{path}/activate?type={type}").status_code == 200
    assert _status(world, device) == status

    assert world("DELETE", f"{path}?type={type}").status_code == 204
    assert _status(world, device) == "NOT_INSTALLED"
    assert world("POST", f"{path}/activate?type={type}").body["details"] == {"certificateType": type}
    assert world("DELETE", f"{path}?type={type}").status_code == 204


def test_the_certificate_for_production_counts(world: World) -> None:
    device = world.device()
    for type in ("PRODUCTION", "BOOTSTRAP"):
        world("POST", f"{DEVICES}/{device}/certificate?type={type}")
        world("POST", f"{DEVICES}/{device}/certificate/activate?type={type}")
    assert _status(world, device) == "PERMANENT"

    world("DELETE", f"{DEVICES}/{device}/certificate")

    assert _status(world, device) == "BOOTSTRAP"


def test_a_device_that_is_registered_again_has_no_certificate(world: World) -> None:
    device = world.device(_id="again")
    world("POST", f"{DEVICES}/{device}/certificate")
    world("DELETE", f"{DEVICES}/{device}")
    world.device(_id="again")

    assert world("POST", f"{DEVICES}/{device}/certificate").status_code == 201


def test_a_type_that_is_none_is_refused(world: World) -> None:
    assert world("POST", f"{DEVICES}/{world.device()}/certificate?type=ETERNAL").status_code == 400


def test_a_device_with_a_long_name_has_a_certificate(world: World) -> None:
    assert world("POST", f"{DEVICES}/{world.device(_id='x' * 108)}/certificate").status_code == 201
