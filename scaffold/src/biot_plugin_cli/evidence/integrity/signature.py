"""Signatures of the list of hashes, with the user's SSH or GPG key, made and verified as git does.

An SSH signature has a namespace of its own, so that none of a commit or a file can be taken for one of evidence. To
verify, the key is always named: by a file, or for SSH by git's own list of allowed signers. What is missing is an
error.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from biot_plugin_cli.errors import OperationFailed, UsageError
from biot_plugin_cli.git.signing_settings import SigningSettings
from biot_plugin_cli.terminal.scratch import temporary_folder

__all__ = ["Signed", "sign", "verify_signature"]

_NAMESPACE = "biot-plugin-evidence"
_ANYBODY = "signer"
_LITERAL_KEY = "key::"
_PUBLIC_KEY = re.compile(r"(?:ssh-|ecdsa-sha2-|sk-ssh-|sk-ecdsa-)[A-Za-z0-9@.-]+ [A-Za-z0-9+/=]+(?: .*)?")
_ANY_KEY = re.compile(r"(?:^|\s)(?:ssh-|ecdsa-sha2-|sk-ssh-|sk-ecdsa-)[A-Za-z0-9@.-]+ +[A-Za-z0-9+/=]+")
_GOOD = re.compile(r"(?m)^\[GNUPG:\] VALIDSIG ([0-9A-F]{40,64})\b")
_REVOKED = re.compile(r"(?m)^\[GNUPG:\] REVKEYSIG ")
_FINGERPRINT = re.compile(r"\b(SHA256:[A-Za-z0-9+/=]+)")
_MAX_KEY_BYTES = 1_000_000
_KEYGEN_ADVICE = "install OpenSSH 8.2 or newer"


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature that is right.

    Attributes:
        format: `ssh` or `openpgp`.
        by: Who signed: a principal of the list of allowed signers, or a fingerprint.
        key: The fingerprint of the key.
    """

    format: str
    by: str
    key: str


def sign(content: bytes, settings: SigningSettings) -> tuple[str, bytes]:
    """Sign a content as git signs commits.

    Args:
        content: What to sign.
        settings: The settings of git.

    Returns:
        The format, `ssh` or `openpgp`, and the signature.

    Raises:
        OperationFailed: There is no key, or the program fails.
    """
    if settings.format not in ("ssh", "openpgp"):
        raise OperationFailed(
            f"gpg.format of git is {settings.format}, and evidence is signed with ssh or openpgp keys"
        )
    if settings.format == "openpgp":
        user = ["--local-user", settings.key] if settings.key else []
        return "openpgp", _run([settings.gpg_program, "--batch", "--detach-sign", "--armor", *user], content).stdout
    if settings.key is None:
        raise OperationFailed(
            "git has no key to sign with: run git config --global user.signingkey FILE, with the file of an SSH key"
        )
    with temporary_folder("biot-plugin-") as folder:
        key = Path(folder, "key.pub")
        is_literal = settings.key.startswith((_LITERAL_KEY, "ssh-"))
        if is_literal:
            key.write_text(settings.key.removeprefix(_LITERAL_KEY) + "\n", encoding="utf-8")
        else:
            key = Path(settings.key).expanduser()
        # A public key alone is enough where the agent has the private one.
        agent = ["-U"] if is_literal else []
        command = [settings.ssh_program, "-Y", "sign", "-n", _NAMESPACE, "-f", str(key), *agent]
        return "ssh", _run(command, content).stdout


def verify_signature(content: bytes, signature: Path, form: str, settings: SigningSettings, key: Path | None) -> Signed:
    """Verify a signature.

    Args:
        content: What was signed.
        signature: The file of the signature.
        form: Its format, `ssh` or `openpgp`.
        settings: The settings of git.
        key: The file with the public key, or for SSH with a list of allowed signers; None for git's own list.

    Raises:
        UsageError: There is no key to verify with.
        OperationFailed: The signature is wrong, or of somebody else.
    """
    if form == "openpgp":
        if key is None:
            raise UsageError(f"{signature.name} is a GPG signature: pass --key FILE with the public key of who signed")
        return _verify_gpg(content, signature, settings.gpg_program, key)
    signers = key or settings.allowed_signers
    if signers is None:
        raise UsageError(
            f"{signature.name} is an SSH signature, and no key is trusted: pass --key FILE with the public key of who "
            "signed, or with a list of allowed signers, or set gpg.ssh.allowedSignersFile of git"
        )
    with temporary_folder("biot-plugin-") as folder:
        listed = Path(folder, "allowed_signers")
        listed.write_text(_allowed_signers(_read_key(signers), signers), encoding="utf-8")
        return _verify_ssh(content, signature, settings.ssh_program, listed, signers)


def _verify_ssh(content: bytes, signature: Path, program: str, signers: Path, trusted: Path) -> Signed:
    found = _run([program, "-Y", "find-principals", "-s", str(signature), "-f", str(signers)], b"", check=False)
    principals = found.stdout.decode(errors="replace").split("\n")[0].strip()
    if found.returncode or not principals:
        raise OperationFailed(
            f"{signature.name} is of no key that {trusted} trusts for it now: it was signed by somebody else, "
            "it was damaged, or a date in the list has passed"
        )
    options = ["-n", _NAMESPACE, "-I", principals.split(",")[0], "-s", str(signature), "-f", str(signers)]
    verified = _run([program, "-Y", "verify", *options], content, check=False)
    output = verified.stdout.decode(errors="replace")
    if verified.returncode:
        raise OperationFailed(f"{signature.name} is not a signature of evidence.json as it is: one of both was changed")
    match = _FINGERPRINT.search(output)
    fingerprint = match[1] if match else ""
    return Signed("ssh", fingerprint if principals == _ANYBODY else principals, fingerprint)


def _allowed_signers(text: str, file: Path) -> str:
    """Return a list of allowed signers; a public key alone is one of somebody whose name does not matter."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    if not any(_ANY_KEY.search(line) for line in lines):
        what = "a private key" if "PRIVATE KEY-----" in text else "no public key of SSH"
        raise UsageError(
            f"{file} has {what}: pass the public key of who signed (FILE.pub), or a list of allowed signers"
        )
    if all(_PUBLIC_KEY.fullmatch(line.strip()) for line in lines):
        return "".join(f'{_ANYBODY} namespaces="{_NAMESPACE}" {line.strip()}\n' for line in lines)
    return "".join(f"{line}\n" for line in lines)


def _verify_gpg(content: bytes, signature: Path, program: str, key: Path) -> Signed:
    public = _read_key(key).encode()
    with tempfile.TemporaryDirectory(prefix="bp-") as home:
        # A home of its own has no other key that could be taken for a trusted one.
        options = [program, "--batch", "--no-options", "--no-auto-key-retrieve", "--homedir", home]
        _run([*options, "--import"], public)
        command = [*options, "--trust-model", "always", "--status-fd", "1", "--verify", str(signature), "-"]
        verified = _run(command, content, check=False)
        _stop_agent(home)
    status = verified.stdout.decode(errors="replace")
    match = None if _REVOKED.search(status) else _GOOD.search(status)
    if verified.returncode or match is None:
        raise OperationFailed(
            f"{signature.name} is not a signature of evidence.json as it is by the key in {key}: it was signed by "
            "somebody else, or one of both was changed"
        )
    return Signed("openpgp", match[1], match[1])


def _stop_agent(home: str) -> None:
    """Let no process outlive the folder that it would wait in."""
    subprocess.run(  # noqa: S603
        ["gpgconf", "--homedir", home, "--kill", "all"],  # noqa: S607
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )


def _read_key(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            content = opened.read(_MAX_KEY_BYTES + 1)
        if len(content) > _MAX_KEY_BYTES:
            raise UsageError(
                f"{file} is too large for a key: pass the file of a public key, or a list of allowed signers"
            )
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is no text: pass a public key as text (gpg --armor --export)") from error
    except OSError as error:
        raise UsageError(f"{file} cannot be read ({error.strerror}): pass the file of a public key") from error


def _run(command: Sequence[str], content: bytes, *, check: bool = True) -> subprocess.CompletedProcess[bytes]:
    try:
        process = subprocess.run(  # noqa: S603
            [*command], input=content, capture_output=True, check=False, env={**os.environ, "LC_ALL": "C"}
        )
    except OSError as error:
        raise OperationFailed(f"{command[0]} cannot be run ({error.strerror}): {_KEYGEN_ADVICE}, or GnuPG") from error
    if check and process.returncode:
        reason = " ".join(process.stderr.decode(errors="replace").split())[:300] or f"exit status {process.returncode}"
        raise OperationFailed(f"{Path(command[0]).name} failed ({reason}): see user.signingkey and gpg.format of git")
    return process
