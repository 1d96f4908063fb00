"""The versions before, as the platform has them: in a variable of the plugin, so that any machine can roll back.

The variable has an item for each version, the newest first, separated by spaces:

    VERSION:CONTENT HASH:COMMIT:PYTHON:VERSION THAT THE CODE IS FROM

Of the hash it has 32 digits, and of the commit 16, followed by `+` if the folder had other changes. What is unknown is
empty. The version that is live has an item only if its code is that of an older one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from biot_plugin_cli.deploy.config_changes import Config, content_hash_of
from biot_plugin_cli.deploy.variables import VARIABLES, deployed_variables
from biot_plugin_cli.manifest.environment_variables import (
    COMMIT_VARIABLE,
    HASH_VARIABLE,
    SECRETS_VARIABLE,
    VERSIONS_VARIABLE,
    measure_variables,
)
from biot_plugin_cli.package.source_tree import parse_commit, record_commit

__all__ = [
    "UNKNOWN_ORIGIN",
    "CodeOrigin",
    "VersionRecord",
    "fit_records",
    "live_version",
    "read_records",
    "records_after",
]

_HASH_DIGITS, _COMMIT_DIGITS = 32, 16
_MAX_VERSIONS = 12
# So that records never keep a plugin from what it needs: the platform adds variables of its own.
_MAX_BYTES = 3072
_MAX_LENGTH = 4096
_HASH = re.compile(r"[0-9a-f]{32,64}")
_ITEM = re.compile(
    r"(?P<version>\d{1,5}):(?P<content_hash>[0-9a-f]{32,64})?:(?P<commit>[0-9a-f]{16,64})?(?P<changes>\+?)"
    r":(?P<python>\d\.\d{1,2})?:(?P<code_of>\d{1,5})?"
)


@dataclass(frozen=True, slots=True)
class CodeOrigin:
    """Where the code of a deployment comes from.

    Attributes:
        commit: What is recorded of its commit; None for nothing.
        code_of: The older version whose code it is; None for new code.
    """

    commit: str | None = None
    code_of: int | None = None


UNKNOWN_ORIGIN = CodeOrigin()
"""The origin of code that nothing is known of."""


@dataclass(frozen=True, slots=True)
class VersionRecord:
    """A version of a plugin, as far as it is known.

    Attributes:
        version: Its number on the platform.
        content_hash: The content hash of its code, or the first digits of it; None if it is unknown.
        commit: The commit that it was built from, or the first digits of it; None if it is unknown.
        is_clean: Whether the folder had nothing else than the commit.
        runtime: Its runtime; None if it is unknown, or an image.
        code_of: The older version whose code it has; None for none.
    """

    version: int
    content_hash: str | None = None
    commit: str | None = None
    is_clean: bool = True
    runtime: str | None = None
    code_of: int | None = None

    def has_code(self, content_hash: str) -> bool:
        """Whether it has the code with a content hash."""
        return bool(self.content_hash) and content_hash.startswith(self.content_hash or "")

    @property
    def commit_record(self) -> str | None:
        """What is recorded of its commit; None for nothing."""
        return self.commit and record_commit(self.commit, is_clean=self.is_clean)

    def __str__(self) -> str:
        """Encode it as an item of the variable."""
        commit = f"{self.commit[:_COMMIT_DIGITS]}{'' if self.is_clean else '+'}" if self.commit else ""
        python = (self.runtime or "").removeprefix("python")
        return f"{self.version}:{(self.content_hash or '')[:_HASH_DIGITS]}:{commit}:{python}:{self.code_of or ''}"


def live_version(deployed: Config) -> VersionRecord:
    """Describe the version that is live.

    Args:
        deployed: The plugin as the platform shows it.
    """
    version: int = deployed["version"]
    record = deployed_variables(deployed).get(COMMIT_VARIABLE)
    commit, is_clean = parse_commit(record) if isinstance(record, str) else (None, True)
    code_of = next((item.code_of for item in _decode(deployed) if item.version == version), None)
    runtime = deployed.get("runtime")
    return VersionRecord(version, content_hash_of(deployed), commit, is_clean, runtime, code_of)


def read_records(deployed: Config) -> list[VersionRecord]:
    """Read the versions that the platform knows, the newest first.

    Args:
        deployed: The plugin as the platform shows it.
    """
    live = live_version(deployed)
    return [live, *(item for item in _decode(deployed) if item.version < live.version)]


def records_after(deployed: Config | None, version: int, origin: CodeOrigin) -> dict[str, str]:
    """Return the variables with the records after a deployment that sends code.

    Args:
        deployed: The plugin as the platform shows it before; None if it does not have it.
        version: The version after the deployment.
        origin: Where the code comes from.
    """
    # Without a content hash, as after a change in the console, nobody could tell the code from any other.
    known = [item for item in read_records(deployed) if _HASH.fullmatch(item.content_hash or "")] if deployed else []
    before = known[:_MAX_VERSIONS]
    items = [*([VersionRecord(version, code_of=origin.code_of)] if origin.code_of else []), *before]
    secrets = deployed_variables(deployed).get(SECRETS_VARIABLE) if deployed else None
    return {
        **({COMMIT_VARIABLE: origin.commit} if origin.commit else {}),
        **({SECRETS_VARIABLE: secrets} if isinstance(secrets, str) else {}),
        **({VERSIONS_VARIABLE: " ".join(map(str, items))} if items else {}),
    }


def fit_records(variables: Mapping[str, Any], records: Mapping[str, str]) -> dict[str, Any]:
    """Add to variables as much of the records as fits: all variables of a plugin have a limit.

    Args:
        variables: The variables, with the content hash.
        records: The records, the most important ones first.
    """
    result = dict(variables)
    for name, text in records.items():
        if name == HASH_VARIABLE:
            continue
        fitting = text
        while fitting and measure_variables({**result, name: fitting}) > _MAX_BYTES:
            # Versions, and times of secrets, are lists with the most important ones first.
            fitting = fitting.rpartition(" ")[0]
        if fitting:
            result[name] = fitting
    return result


def _decode(deployed: Config) -> list[VersionRecord]:
    """Decode the variable; what somebody has changed in it does not count."""
    text = (deployed.get(VARIABLES) or {}).get(VERSIONS_VARIABLE) if _has_variables(deployed) else None
    items = text[:_MAX_LENGTH].split(" ") if isinstance(text, str) else ()
    return sorted(_parse(items), key=lambda item: item.version, reverse=True)


def _has_variables(deployed: Config) -> bool:
    return isinstance(deployed.get(VARIABLES), Mapping)


def _parse(items: Iterable[str]) -> Iterable[VersionRecord]:
    for match in filter(None, map(_ITEM.fullmatch, items)):
        python, code_of = match["python"], match["code_of"]
        yield VersionRecord(
            int(match["version"]),
            match["content_hash"],
            match["commit"],
            not match["changes"],
            f"python{python}" if python else None,
            int(code_of) if code_of else None,
        )
