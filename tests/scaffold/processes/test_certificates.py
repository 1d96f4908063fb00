"""What uv is told to trust."""

from __future__ import annotations

import pytest

from biot_plugin_cli.processes.certificates import STORES, certificate_variables

SYSTEM = {"UV_SYSTEM_CERTS": "1", "UV_NATIVE_TLS": "1"}


@pytest.mark.parametrize(
    ("environment", "variables"),
    [
        ({}, SYSTEM),
        ({"SSL_CERT_FILE": ""}, SYSTEM),
        ({"SSL_CERT_FILE": "/a"}, {}),
        ({"SSL_CERT_DIR": "/a", "PIP_CERT": "/b"}, {}),
        ({"UV_NATIVE_TLS": "0"}, {}),
        ({"UV_SYSTEM_CERTS": "0", "REQUESTS_CA_BUNDLE": "/a"}, {}),
        ({"PIP_CERT": "/c", "CURL_CA_BUNDLE": "/b", "REQUESTS_CA_BUNDLE": "/a"}, {"SSL_CERT_FILE": "/a"}),
        ({"PIP_CERT": "/c", "CURL_CA_BUNDLE": "/b"}, {"SSL_CERT_FILE": "/b"}),
        ({"PIP_CERT": "/c"}, {"SSL_CERT_FILE": "/c"}),
    ],
)
def test_the_users_word_or_the_system(environment: dict[str, str], variables: dict[str, str]) -> None:
    assert certificate_variables(environment, ("/nowhere", "/")) == variables


def test_a_system_without_certificates_is_not_trusted_instead_of_uvs_own_list() -> None:
    assert certificate_variables({}, ("/nowhere",)) == {}
    assert len(STORES) > 1
