"""What can be the address of a registry, and what cannot."""

from __future__ import annotations

import pytest

from biot_emulator.registry.outside.address import RegistryAddress, RegistryAddressInvalid


def test_an_address_has_a_repository_and_a_log_in() -> None:
    address = RegistryAddress.parse("https://ada:p%40ss@registry.example.org:5000/clinic/plugins")
    assert (address.url, address.repository) == ("https://registry.example.org:5000", "clinic/plugins")
    assert (address.user, address.password) == ("ada", "p@ss")
    assert "p@ss" not in repr(address)
    assert RegistryAddress.parse("https://registry.example.org").netloc == "registry.example.org"
    assert RegistryAddress.parse("http://[::1]:5000/").repository == "plugins"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "registry.example.org/secret",
        "http://ada:secret@registry.example.org/plugins",
        "ftp://ada:secret@localhost/plugins",
        "https://ada:secret@/plugins",
        "https://ada:secret@host:99999/plugins",
        "https://:secret@host/plugins",
        "https://ada:secret@host/Plugins",
        "https://ada:secret@host/plugins?a=b",
        "https://ada:secret@ho st/plugins",
    ],
)
def test_an_address_that_is_none_is_refused_without_being_quoted(text: str) -> None:
    with pytest.raises(RegistryAddressInvalid) as refused:
        RegistryAddress.parse(text)
    assert "secret" not in str(refused.value)
