"""What is known of the versions of a plugin, put together from the platform and from this machine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from biot_plugin_cli.deploy.config_changes import Config
from biot_plugin_cli.deploy.versions.package_history import StoredPackage
from biot_plugin_cli.deploy.versions.record import VersionRecord, read_records

__all__ = ["KnownVersion", "known_versions", "previous_version"]


@dataclass(frozen=True, slots=True)
class KnownVersion:
    """A version of a plugin.

    Attributes:
        record: What is known of it.
        stored: Its package on this machine; None if there is none.
        is_live: Whether it is the one that is called.
        on_platform: Whether the platform knows it, so that every machine does.
    """

    record: VersionRecord
    stored: StoredPackage | None
    is_live: bool
    on_platform: bool

    @property
    def version(self) -> int:
        """Its number on the platform."""
        return self.record.version


def known_versions(deployed: Config, stored: Iterable[StoredPackage]) -> list[KnownVersion]:
    """List the versions of a plugin that are known, the newest first.

    Args:
        deployed: The plugin as the platform shows it.
        stored: The packages of it that are stored on this machine.
    """
    live: int = deployed["version"]
    records = {record.version: record for record in read_records(deployed)}
    packages = {package.version: package for package in stored if package.version <= live}
    # A version that somebody else has deployed under the same number is another one.
    packages = {
        version: package
        for version, package in packages.items()
        if version not in records or _is_same(records[version], package)
    }
    return [
        KnownVersion(
            _merged(records.get(version), packages.get(version), version),
            packages.get(version),
            version == live,
            version in records,
        )
        for version in sorted({*records, *packages}, reverse=True)
    ]


def previous_version(known: Sequence[KnownVersion]) -> KnownVersion | int | None:
    """Find the version to roll back to: the last one before the live one that has other code.

    A version that has the code of an older one is taken for that one, so that rolling back twice goes back two versions
    and not to what was rolled back from.

    Args:
        known: What is known, the newest first; the first one is live.

    Returns:
        The version; the number of one that is in the way because nothing is known of it; None for none.
    """
    versions = {item.version: item for item in known}
    live = known[0].record
    start = _resolve(versions, live)
    for number in range(start - 1, 0, -1):
        item = versions.get(number)
        if item is None:
            return number
        content_hash = item.record.content_hash
        if content_hash is None:
            return number
        if live.content_hash is None or not item.record.has_code(live.content_hash):
            return item
    return None


def _resolve(versions: dict[int, KnownVersion], record: VersionRecord) -> int:
    """Return the number of the version that a version has its code from, whatever it was deployed again as."""
    number = record.version
    while record.code_of and record.code_of < number:
        number = record.code_of
        item = versions.get(number)
        if item is None:
            break
        record = item.record
    return number


def _is_same(record: VersionRecord, package: StoredPackage) -> bool:
    return record.content_hash is None or record.has_code(package.content_hash)


def _merged(record: VersionRecord | None, package: StoredPackage | None, version: int) -> VersionRecord:
    if package is None:
        return record or VersionRecord(version)
    runtime = package.config.get("runtime")
    local = VersionRecord(version, package.content_hash, package.commit, package.is_clean, runtime, package.code_of)
    if record is None:
        return local
    return replace(
        local,
        commit=record.commit or local.commit,
        is_clean=record.is_clean if record.commit else local.is_clean,
        code_of=record.code_of or local.code_of,
    )
