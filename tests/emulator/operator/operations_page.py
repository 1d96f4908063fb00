"""The tables of docs/platform-operations.md, made of what the emulator lists.

    python -m tests.emulator.operator.operations_page

writes them into the page, from its first second-level heading to its end.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from biot_emulator.operator.operations import list_operations
from biot_emulator.services.route_tables import SERVICE_ROUTES

__all__ = ["PAGE", "tables", "with_tables"]

PAGE = Path(__file__).parents[3] / "docs" / "platform-operations.md"

Operation = Mapping[str, Any]


def with_tables(text: str) -> str:
    """Return the page with tables that are right."""
    return text.partition("## ")[0] + tables(list_operations(SERVICE_ROUTES))


def tables(operations: Iterable[Operation]) -> str:
    operations = list(operations)
    published = [operation for operation in operations if operation["published"]]
    missing = [operation for operation in published if not operation["modelled"]]
    beyond = [operation for operation in operations if not operation["published"]]
    return "\n".join(
        [
            *(
                "## By service",
                "",
                "| service | published | modelled | why the rest is not |",
                "| --- | --- | --- | --- |",
            ),
            *_by_service(published),
            *("", "## What is not modelled", "", "| why | operations |", "| --- | --- |"),
            *_by_reason(missing),
            *("", "## What is modelled without being published", "", "| where it is from | operations |"),
            "| --- | --- |",
            *_by_reason(beyond),
            "",
        ]
    )


def _by_service(published: list[Operation]) -> list[str]:
    services: dict[str, list[Operation]] = defaultdict(list)
    for operation in published:
        services[operation["service"]].append(operation)
    rows = [_row(name, of_service) for name, of_service in sorted(services.items())]
    modelled = sum(operation["modelled"] for operation in published)
    return [*rows, f"| **all** | **{len(published)}** | **{modelled}** | |"]


def _row(name: str, operations: list[Operation]) -> str:
    reasons = Counter(operation["reason"] for operation in operations if not operation["modelled"])
    why = "; ".join(f"{reason} ({count})" for reason, count in reasons.most_common())
    return f"| {name} | {len(operations)} | {sum(operation['modelled'] for operation in operations)} | {why} |"


def _by_reason(operations: list[Operation]) -> list[str]:
    reasons: dict[str, list[str]] = defaultdict(list)
    for operation in operations:
        reasons[operation["reason"]].append(f"`{operation['method']} {operation['path']}`")
    return [f"| {reason} | {', '.join(names)} |" for reason, names in sorted(reasons.items())]


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
