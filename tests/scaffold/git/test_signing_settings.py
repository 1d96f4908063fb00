"""What git has been told about signing."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.git.signing_settings import SigningSettings, signing_settings


def configure(*arguments: str) -> None:
    subprocess.run(["git", "config", *arguments], check=True)


def test_the_settings_of_the_user_apply(tmp_path: Path) -> None:
    assert signing_settings(tmp_path) == SigningSettings()
    configure("--global", "gpg.format", "ssh")
    configure("--global", "user.signingKey", "~/.ssh/key.pub")
    configure("--global", "gpg.ssh.program", "/opt/ssh-keygen")
    configure("--global", "gpg.ssh.allowedSignersFile", "~/signers")
    found = signing_settings(tmp_path)
    assert (found.format, found.key, found.ssh_program) == ("ssh", "~/.ssh/key.pub", "/opt/ssh-keygen")
    assert found.allowed_signers == Path("~/signers").expanduser()
    configure("--global", "gpg.ssh.allowedSignersFile", "~nobody-of-this-name/signers")
    with pytest.raises(OperationFailed, match="is in nobody's home"):
        signing_settings(tmp_path)


def test_a_repository_names_keys_and_no_programs(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    for key, value in (("user.signingKey", "mine"), ("gpg.program", "/evil"), ("gpg.ssh.program", "/evil")):
        subprocess.run(["git", "-C", str(tmp_path), "config", key, value], check=True)
    found = signing_settings(tmp_path)
    assert (found.key, found.gpg_program, found.ssh_program) == ("mine", "gpg", "ssh-keygen")
