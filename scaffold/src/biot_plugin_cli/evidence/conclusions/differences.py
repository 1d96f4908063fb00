"""What has changed since the release before: software, hooks, configuration, requirements, results, vulnerabilities."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from biot_plugin_cli.deploy.config_changes import changed_fields, normalized

__all__ = ["difference_record", "has_differences"]

Rows = Mapping[str, Any]


def difference_record(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Create the record of differences.

    Args:
        before: The records of the release before, by their names.
        after: Those of this release.
    """
    old, new = before["release"], after["release"]
    return {
        "before": {
            "contentHash": old["package"]["contentHash"],
            "commit": old["source"]["commit"],
            "time": old["time"],
        },
        "after": {"contentHash": new["package"]["contentHash"], "commit": new["source"]["commit"], "time": new["time"]},
        "components": _compare(before["soup"]["items"], after["soup"]["items"], _component, lambda row: row["version"]),
        "files": _compare(before["package-files"]["files"], after["package-files"]["files"], _name, _file),
        "hooks": _compare(before["configuration"]["hooks"], after["configuration"]["hooks"], _hook, lambda _: None),
        "configuration": [
            {"name": change.field, "before": change.before, "after": change.after}
            for change in changed_fields(_settings(before), _settings(after))
        ],
        "requirements": _compare(
            before["requirements"]["requirements"], after["requirements"]["requirements"], _id, _text
        ),
        "tests": _compare(before["tests"]["tests"], after["tests"]["tests"], _id, lambda row: row["result"]),
        "vulnerabilities": _compare(
            before["vulnerabilities"]["items"], after["vulnerabilities"]["items"], _vulnerability, _status
        ),
    }


def has_differences(record: Mapping[str, Any]) -> bool:
    """Whether anything has changed."""
    lists = [value for value in record.values() if isinstance(value, dict) and "added" in value]
    return bool(record["configuration"]) or any(any(item.values()) for item in lists)


def _compare(
    before: Iterable[Rows], after: Iterable[Rows], key: Callable[[Rows], str], value: Callable[[Rows], Any]
) -> dict[str, list[Any]]:
    old = {key(row): value(row) for row in before}
    new = {key(row): value(row) for row in after}
    return {
        "added": [{"name": name, "after": new[name]} for name in sorted(new) if name not in old],
        "removed": [{"name": name, "before": old[name]} for name in sorted(old) if name not in new],
        "changed": [
            {"name": name, "before": old[name], "after": new[name]}
            for name in sorted(new)
            if name in old and old[name] != new[name]
        ],
    }


def _settings(records: Mapping[str, Any]) -> Mapping[str, Any]:
    # Hooks are compared as sentences.
    config = normalized(records["configuration"]["config"])
    return {name: value for name, value in config.items() if name not in ("subscriptions", "cronSchedule")}


def _component(row: Rows) -> str:
    # The same software may be there twice, in the copy of somebody else too.
    return f"{row['title']} in {row['place']}" if row["place"] else str(row["title"])


def _name(row: Rows) -> str:
    return str(row["name"])


def _id(row: Rows) -> str:
    return str(row["id"])


def _file(row: Rows) -> str:
    return f"{row['sha256']}{', executable' if row['executable'] else ''}"


def _hook(row: Rows) -> str:
    return str(row["sentence"])


def _text(row: Rows) -> str:
    return " | ".join(filter(None, (row["title"], row["text"], row["risk"])))


def _vulnerability(row: Rows) -> str:
    return f"{row['id']} of {row['component']} {row['version'] or 'of unknown version'}"


def _status(row: Rows) -> str:
    return str(row["status"])
