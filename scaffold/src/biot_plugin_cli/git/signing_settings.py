"""What the user has told git about signing: the format, the key, the programs, and whose signatures are trusted.

A program that git would run is taken from the settings of the machine and the user alone: those of a repository may
come from somebody else.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.git.environment import PROTECTED_SCOPES, effective_settings
from biot_plugin_cli.git.runner import require_git

__all__ = ["SigningSettings", "signing_settings"]


@dataclass(frozen=True, slots=True)
class SigningSettings:
    """The settings of git for signing.

    Attributes:
        format: `openpgp`, `ssh` or `x509`.
        key: The key, as git takes it for the format; None for none.
        ssh_program: The program that signs with an SSH key, and verifies.
        gpg_program: The same for GPG.
        allowed_signers: The file that says whose SSH signatures are trusted; None for none.
    """

    format: str = "openpgp"
    key: str | None = None
    ssh_program: str = "ssh-keygen"
    gpg_program: str = "gpg"
    allowed_signers: Path | None = None


def signing_settings(folder: Path) -> SigningSettings:
    """Read the settings as they apply in a folder.

    Args:
        folder: A folder, in a repository or not.

    Raises:
        OperationFailed: git is not installed, or a path names a user whom there is not.
    """
    require_git()
    values = {
        key: value
        for scope, key, value in effective_settings(folder)
        if not key.endswith(".program") or scope in PROTECTED_SCOPES
    }
    signers = values.get("gpg.ssh.allowedsignersfile")
    gpg = values.get("gpg.openpgp.program") or values.get("gpg.program")
    return SigningSettings(
        format=values.get("gpg.format") or "openpgp",
        key=values.get("user.signingkey") or None,
        ssh_program=values.get("gpg.ssh.program") or "ssh-keygen",
        gpg_program=gpg or "gpg",
        allowed_signers=_path(signers, folder) if signers else None,
    )


def _path(text: str, folder: Path) -> Path:
    try:
        return folder / Path(text).expanduser()
    except RuntimeError as error:
        raise OperationFailed(f"gpg.ssh.allowedSignersFile of git is in nobody's home: {text}") from error
