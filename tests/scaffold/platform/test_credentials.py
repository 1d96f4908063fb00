"""Whoever deploys."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from biot_plugin_cli.errors import UsageError
from biot_plugin_cli.platform.credentials import Credentials, find_credentials
from tests.scaffold.support import on_terminal

URL = "https://api.example.org"
KEYRING = '''
import json, pathlib
from keyring.backend import KeyringBackend

class Keyring(KeyringBackend):
    """A keyring in a file."""
    priority = 1
    file = pathlib.Path(__file__).with_name("kept.json")

    def _all(self):
        return json.loads(self.file.read_text()) if self.file.exists() else {}

    def get_password(self, service, username):
        return self._all().get(f"{service} {username}")

    def set_password(self, service, username, password):
        self.file.write_text(json.dumps({**self._all(), f"{service} {username}": password}))
'''


@pytest.fixture(autouse=True)
def nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("USERNAME", "PASSWORD", "SERVICE_ID", "SERVICE_SECRET"):
        monkeypatch.delenv(f"BIOT_PLUGIN_{name}", raising=False)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")


def test_a_service_user_wins_over_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIOT_PLUGIN_USERNAME", "ada")
    monkeypatch.setenv("BIOT_PLUGIN_PASSWORD", "pw")
    assert find_credentials(URL) == Credentials(False, "ada", "pw")
    monkeypatch.setenv("BIOT_PLUGIN_SERVICE_ID", "id")
    monkeypatch.setenv("BIOT_PLUGIN_SERVICE_SECRET", "key")
    assert find_credentials(URL) == Credentials(True, "id", "key")


def test_half_of_them_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIOT_PLUGIN_SERVICE_ID", "id")
    with pytest.raises(UsageError, match="Only one of"):
        find_credentials(URL)


def test_without_any_and_without_a_terminal_it_is_said_how_to_set_them() -> None:
    with pytest.raises(UsageError, match="BIOT_PLUGIN_SERVICE_ID"):
        find_credentials(URL)


def test_a_secret_is_not_shown() -> None:
    assert "hush" not in repr(Credentials(True, "id", "hush"))


@pytest.mark.slow
@pytest.mark.parametrize("keep", [True, False])
def test_what_is_typed_can_be_kept_in_the_systems_keyring(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keep: bool
) -> None:
    (tmp_path / "file_keyring.py").write_text(KEYRING)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "file_keyring.Keyring")
    code = f"""
from biot_plugin_cli.platform.credentials import find_credentials, keep_credentials
found = find_credentials({URL!r})
keep_credentials({URL!r}, found)
print("found", found.is_service, found.name, len(found.secret))
"""
    reply = b"y\r" if keep else b"n\r"
    dialogue = [("User name", b"ada\r"), ("Password", b"hush\r"), ("keyring?", reply)]
    exit_code, output = on_terminal([sys.executable, "-c", code], dialogue)
    assert (exit_code, "found False ada 4" in output) == (0, True), output
    assert "hush" not in output
    saved = tmp_path / "kept.json"
    assert saved.exists() == keep
    if keep:
        assert json.loads(json.loads(saved.read_text())[f"biot-plugin {URL}"])["secret"] == "hush"
        exit_code, output = on_terminal([sys.executable, "-c", code], [])
        assert (exit_code, "User name" in output, "found False ada 4" in output) == (0, False, True)
