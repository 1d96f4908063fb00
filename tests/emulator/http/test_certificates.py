"""Which files of certificates can be trusted."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
import trustme

from biot_emulator.http.certificates import CertificatesInvalid, trust


def test_an_authority_is_trusted_beside_those_of_the_system(tmp_path: Path) -> None:
    authority, file = trustme.CA(), tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(file))
    context = trust(file)
    assert {tuple(item.items()) for item in trust().get_ca_certs()} <= {
        tuple(item.items()) for item in context.get_ca_certs()
    }
    assert len(context.get_ca_certs()) == len(trust().get_ca_certs()) + 1
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


@pytest.mark.parametrize("content", [b"", b"not a certificate", b"-----BEGIN CERTIFICATE-----\nAAAA\n", None])
def test_a_file_without_certificates_is_an_error(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(CertificatesInvalid, match=r"ca\.pem cannot be used \(.+\): name a PEM file"):
        trust(file)


def test_a_key_is_no_certificate(tmp_path: Path) -> None:
    trustme.CA().issue_cert("localhost").private_key_pem.write_to_path(str(tmp_path / "key.pem"))
    with pytest.raises(CertificatesInvalid):
        trust(tmp_path / "key.pem")
