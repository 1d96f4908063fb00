"""Which older code a rollback takes, as the user has typed it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from biot_plugin_cli.deploy.versions.known import KnownVersion, previous_version
from biot_plugin_cli.errors import OperationFailed, UsageError
from biot_plugin_cli.git.commits import has_commit, resolve_commit

__all__ = ["RollbackChoice", "match_version", "require_commit", "require_previous", "require_version"]


@dataclass(frozen=True, slots=True)
class RollbackChoice:
    """What to roll back to; nothing of it for the version before.

    Attributes:
        version: A version.
        commit: A commit that was deployed.
        package: The file of a package that was deployed.
        builder: What builds the image of the commit.
    """

    version: int | None = None
    commit: str | None = None
    package: Path | None = None
    builder: str | None = None

    def require_one(self) -> None:
        """Require that at most one thing is chosen.

        Raises:
            UsageError: There are more.
        """
        chosen = {"--to": self.version, "--commit": self.commit, "--package": self.package}
        names = [name for name, value in chosen.items() if value is not None]
        if len(names) > 1:
            raise UsageError(f"{' and '.join(names)} each say what to roll back to: leave out all but one")
        if self.builder and self.package is not None:
            raise UsageError("--builder says what builds a commit, and --package builds nothing: leave one of them out")


def match_version(
    known: Sequence[KnownVersion],
    content_hash: str,
    what: str,
    runtime: str | None,
    *,
    commit: str | None = None,
    version: int | None = None,
) -> KnownVersion:
    """Find the version that was deployed with some code.

    Args:
        known: What is known of the versions, the newest first.
        content_hash: The content hash of the code.
        what: What the code is, for the error.
        runtime: The runtime that it would have; None for an image, or if it is unknown.
        commit: The id of the commit that it was built of; None if it was not.
        version: The version that it must be; None for any.

    Raises:
        OperationFailed: There is none.
    """
    candidates = [item for item in known if version is None or item.version == version]
    same = [item for item in candidates if item.record.has_code(content_hash)]
    fitting = [item for item in same if not (runtime and item.record.runtime) or item.record.runtime == runtime]
    if fitting:
        return fitting[0]
    raise OperationFailed(
        f"{what} is not what was deployed: {_reason(candidates, same, content_hash, runtime, commit)}"
    )


def require_version(known: Sequence[KnownVersion], version: int) -> KnownVersion:
    """Find a version by its number.

    Raises:
        OperationFailed: Nothing is known of it.
    """
    match = next((item for item in known if item.version == version), None)
    return match or _refuse(f"version {version}", known)


def require_previous(known: Sequence[KnownVersion]) -> KnownVersion:
    """Find the last version whose code differs from that of the live one.

    If nothing is known of a version in between, no other one is the right one.

    Raises:
        OperationFailed: There is none.
    """
    if known[0].version == 1:
        raise OperationFailed(
            "Version 1 is the only one that there is, so there is nothing to roll back to: check out the older code "
            "and deploy it"
        )
    previous = previous_version(known)
    if isinstance(previous, int):
        raise _unknown(previous, known)
    if previous is None:
        live = known[0].record
        same = f" with the code of version {live.code_of}" if live.code_of else ""
        raise OperationFailed(
            f"Version {live.version} is live{same}, and no version before that with other code is known, so there is "
            "nothing to roll back to: check out the older code and deploy it, or choose a version with --to"
        )
    return previous


def require_commit(root: Path, item: KnownVersion, known: Sequence[KnownVersion]) -> str:
    """Return the commit that a version can be built of again.

    Args:
        root: A folder in the repository.
        item: The version, whose package is not stored.
        known: What is known of all versions.

    Raises:
        OperationFailed: There is none.
    """
    record = item.record
    if record.commit is None:
        raise _unknown(item.version, known)
    where = f"Version {item.version}, whose package is not in this folder, was deployed from the commit {record.commit}"
    if not record.is_clean:
        raise OperationFailed(
            f"{where} with uncommitted changes: pass --package with the package of that deployment, or choose another "
            "version with --to"
        )
    if not has_commit(root, record.commit):
        raise OperationFailed(
            f"{where}, which this clone does not have: run git fetch (in a shallow clone, with --unshallow)"
        )
    return resolve_commit(root, record.commit)


def _unknown(version: int, known: Sequence[KnownVersion]) -> OperationFailed:
    if not any(item.stored for item in known):
        return _refusal(f"version {version}", known)
    return OperationFailed(
        f"Version {version} was not deployed from this folder, which has {_stored(known)}: choose one of them with "
        "--to, or check out the older code and deploy it"
    )


def _refuse(requested: str, known: Sequence[KnownVersion]) -> NoReturn:
    raise _refusal(requested, known)


def _refusal(requested: str, known: Sequence[KnownVersion]) -> OperationFailed:
    return OperationFailed(
        f"No stored package of {requested} (this folder has {_stored(known)}): check out the older code and deploy it"
    )


def _stored(known: Sequence[KnownVersion]) -> str:
    return ", ".join(str(item.version) for item in known if item.stored) or "none"


def _reason(
    known: Sequence[KnownVersion],
    same: Sequence[KnownVersion],
    content_hash: str,
    runtime: str | None,
    commit: str | None,
) -> str:
    if same:
        return f"it is for {runtime}, and version {same[0].version} was for {same[0].record.runtime}"
    content = f"its content is {content_hash[:16]}"
    deployed = [item for item in known if commit and item.record.commit and commit.startswith(item.record.commit)]
    if deployed:
        record = deployed[0].record
        changes = "" if record.is_clean else ", from a folder with uncommitted changes"
        return (
            f"{content}, and that of version {record.version}, which was deployed from this commit{changes}, is "
            f"{(record.content_hash or 'unknown')[:16]}; roll back with --package and the package of that deployment"
        )
    contents = ", ".join(
        f"{item.record.content_hash[:16]} (version {item.version})" for item in known if item.record.content_hash
    )
    return (
        f"{content}, and what is known was {contents or 'without a content hash'}; see biot-plugin versions, or check "
        "it out and deploy it as a new version"
    )
