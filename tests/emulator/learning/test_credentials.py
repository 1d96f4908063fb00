from __future__ import annotations

import os

import pytest

from biot_emulator.admin_credentials import CredentialsInvalid
from biot_emulator.learning.credentials import PASSWORD_VARIABLE, USERNAME_VARIABLE, person


def test_a_person_comes_from_the_environment_which_nobody_inherits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(USERNAME_VARIABLE, "ada@example.org")
    monkeypatch.setenv(PASSWORD_VARIABLE, "pass:word")
    assert person() == ("ada@example.org", "pass:word")
    assert USERNAME_VARIABLE not in os.environ
    assert PASSWORD_VARIABLE not in os.environ


@pytest.mark.parametrize("variable", [USERNAME_VARIABLE, PASSWORD_VARIABLE])
def test_half_a_person_is_none(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, "secret")
    with pytest.raises(CredentialsInvalid, match="set both") as error:
        person()
    assert "secret" not in str(error.value)


def test_without_a_terminal_nobody_is_asked() -> None:
    with pytest.raises(CredentialsInvalid, match=f"set {USERNAME_VARIABLE} and {PASSWORD_VARIABLE}"):
        person(lambda: "ada", lambda: "password")


def test_on_a_terminal_a_person_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for stream in ("stdin", "stderr"):
        monkeypatch.setattr(f"sys.{stream}.isatty", lambda: True, raising=False)
    assert person(lambda: "ada\n", lambda: "password") == ("ada", "password")
    with pytest.raises(CredentialsInvalid, match="enter a user name and a password"):
        person(lambda: "\n", lambda: "password")
