"""Signatures by the keys that git signs with."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from biot_plugin_cli.errors import OperationFailed, UsageError
from biot_plugin_cli.evidence.folder import write_folder
from biot_plugin_cli.evidence.integrity.hash_list import FILE_NAME, SIGNATURES, read_hash_list
from biot_plugin_cli.evidence.integrity.signature import sign
from biot_plugin_cli.evidence.verification.proof import Proof, verify
from biot_plugin_cli.git.signing_settings import signing_settings

needs_ssh = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="this machine has no ssh-keygen")
needs_gpg = pytest.mark.skipif(shutil.which("gpg") is None, reason="this machine has no gpg")


def configure(**settings: str) -> None:
    for key, value in settings.items():
        command = ["git", "config", "--global", key.replace("_", "."), value]
        subprocess.run(command, check=True, capture_output=True)


def ssh_key(folder: Path, name: str) -> Path:
    key = folder / name
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", f"{name}@example.com", "-f", str(key)]
    subprocess.run(command, check=True, capture_output=True)
    return key


def signed(folder: Path) -> Path:
    """Sign a folder of evidence, as it is signed when it is made."""
    listed = read_hash_list(folder)
    files = {name: (folder / name).read_bytes() for name in listed.files}
    output = folder.with_name("signed")
    write_folder(output, files, listed.content, lambda content: sign(content, signing_settings(folder)))
    return output


def problems(proof: Proof) -> list[str]:
    return [str(item) for item in proof.differences]


@needs_ssh
def test_an_ssh_signature_is_verified_by_the_key_or_by_allowed_signers(
    folder: Path, tmp_path: Path, rehash: Callable[[Path], None]
) -> None:
    mine, other = ssh_key(tmp_path, "mine"), ssh_key(tmp_path, "other")
    configure(gpg_format="ssh", user_signingkey=str(mine))
    output = signed(folder)
    assert (output / SIGNATURES["ssh"]).read_text().startswith("-----BEGIN SSH SIGNATURE-----")

    proof = verify(output, key=mine.with_suffix(".pub"))
    assert problems(proof) == []
    assert proof.signed and proof.signed.by.startswith("SHA256:")

    public = " ".join(mine.with_suffix(".pub").read_text().split()[:2])
    signers = tmp_path / "allowed_signers"
    signers.write_text(f'# people\njane@example.com namespaces="biot-plugin-evidence" {public}\n')
    proof = verify(output, key=signers)
    assert (problems(proof), proof.signed and proof.signed.by) == ([], "jane@example.com")

    # Without either, nobody is trusted.
    with pytest.raises(UsageError, match="no key is trusted: pass --key FILE"):
        verify(output)
    configure(gpg_ssh_allowedSignersFile=str(signers))
    assert problems(verify(output)) == []

    assert (
        f"is of no key that {other}.pub trusts for it now" in problems(verify(output, key=other.with_suffix(".pub")))[0]
    )

    # Whoever changes the evidence can make the hashes anew, but not the signature.
    file = output / "tests.json"
    file.write_text(file.read_text().replace('"failed"', '"passed"'))
    rehash(output)
    found = problems(verify(output, key=mine.with_suffix(".pub")))
    assert "evidence.json.sig is wrong (evidence.json.sig is not a signature of evidence.json as it is" in found[0]

    (output / SIGNATURES["ssh"]).unlink()
    found = problems(verify(output, key=mine.with_suffix(".pub")))
    assert found[0] == "signature: evidence.json is not signed, and --key asks for a signature"


@needs_ssh
def test_a_file_without_a_public_key_or_with_one_of_the_past_is_said_to_be_so(folder: Path, tmp_path: Path) -> None:
    mine, empty, past = ssh_key(tmp_path, "mine"), tmp_path / "empty", tmp_path / "past"
    configure(gpg_format="ssh", user_signingkey=str(mine))
    output = signed(folder)
    empty.write_text("# nobody yet\n")
    past.write_text(f'me valid-before="20200101" {mine.with_suffix(".pub").read_text()}')
    for key, problem in ((mine, "has a private key: pass the public key"), (empty, "has no public key of SSH")):
        with pytest.raises(UsageError, match=problem):
            verify(output, key=key)
    assert "a date in the list has passed" in problems(verify(output, key=past))[0]


@needs_ssh
def test_a_signature_for_something_else_is_none(folder: Path, tmp_path: Path) -> None:
    """What somebody has signed as a file, or git as a commit, is no signed evidence."""
    key = ssh_key(tmp_path, "mine")
    listed = folder / FILE_NAME
    subprocess.run(
        ["ssh-keygen", "-Y", "sign", "-n", "git", "-f", str(key), str(listed)], check=True, capture_output=True
    )
    assert (folder / SIGNATURES["ssh"]).exists()
    assert len(problems(verify(folder, key=key.with_suffix(".pub")))) == 1


@needs_ssh
def test_a_key_that_fails_leaves_no_folder(folder: Path, tmp_path: Path) -> None:
    configure(gpg_format="ssh", user_signingkey=str(tmp_path / "absent"))
    with pytest.raises(OperationFailed, match="ssh-keygen failed"):
        signed(folder)
    assert not folder.with_name("signed").exists()
    assert not list(folder.parent.glob(".evidence-*"))


def test_without_a_key_or_with_an_unknown_format_nothing_is_signed(folder: Path) -> None:
    configure(gpg_format="ssh")
    with pytest.raises(OperationFailed, match="git has no key to sign with"):
        signed(folder)
    configure(gpg_format="x509")
    with pytest.raises(OperationFailed, match="signed with ssh or openpgp keys"):
        signed(folder)


@pytest.fixture
def gpg_home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    # The path of the agent's socket may not be long.
    with tempfile.TemporaryDirectory(prefix="gpg-", dir="/tmp") as home:
        monkeypatch.setenv("GNUPGHOME", home)
        yield Path(home)
        subprocess.run(["gpgconf", "--kill", "all"], check=False, capture_output=True)


def gpg_key(name: str, folder: Path) -> Path:
    identity = f"{name} <{name}@example.com>"
    options = ["gpg", "--batch", "--passphrase", "", "--pinentry-mode", "loopback"]
    subprocess.run([*options, "--quick-gen-key", identity, "ed25519", "sign"], check=True, capture_output=True)
    public = subprocess.run(
        ["gpg", "--armor", "--export", f"{name}@example.com"], check=True, capture_output=True
    ).stdout
    (folder / f"{name}.asc").write_bytes(public)
    return folder / f"{name}.asc"


@needs_gpg
@pytest.mark.slow
def test_a_gpg_signature_is_verified_by_the_public_key(
    folder: Path, tmp_path: Path, gpg_home: Path, rehash: Callable[[Path], None]
) -> None:
    mine, other = gpg_key("mine", tmp_path), gpg_key("other", tmp_path)
    configure(user_signingkey="mine@example.com")
    output = signed(folder)
    proof = verify(output, key=mine)
    assert problems(proof) == []
    assert proof.signed and len(proof.signed.key) == 40
    with pytest.raises(UsageError, match="is a GPG signature: pass --key FILE"):
        verify(output)
    assert "was signed by somebody else" in problems(verify(output, key=other))[0]
    (output / "gaps.json").write_text("{}")
    rehash(output)
    assert "evidence.json.asc is wrong" in problems(verify(output, key=mine))[0]
    with pytest.raises(UsageError, match="cannot be read"):
        verify(output, key=tmp_path / "absent.asc")
