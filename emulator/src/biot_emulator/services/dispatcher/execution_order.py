"""The order of interceptions: no two of the same API or entity type share one (contract sections 2.8 and 2.11)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from biot_emulator.api.errors import BadRequest

__all__ = ["DEFAULT_ORDER", "HIGHEST_ORDER", "make_room", "scope"]

DEFAULT_ORDER = 1
"""The order of an interception that gives none."""
HIGHEST_ORDER = 2**31 - 1
"""The highest order there is: the platform's orders have 32 bits (contract section 2.11)."""

Document = dict[str, Any]


def scope(interception: Document) -> tuple[str, str | None]:
    """Return within what no two interceptions share an order: an API, or the entity type of ADAPT_ENTITY."""
    type = interception["type"]
    return type, interception["entityName"] if type == "ADAPT_ENTITY" else interception["apiId"]


def make_room(
    newcomer: Document, others: Sequence[Document], now: str, same_order: str = "newcomer-first"
) -> Iterator[Document]:
    """Yield the newcomer, and the interceptions that it moves one up, and those that they move, and so on.

    Args:
        newcomer: The interception that takes its order.
        others: The interceptions of its scope.
        now: The time of the change.
        same_order: `newcomer-first`; or `newcomer-last`, by which it takes the next order that is free.

    Raises:
        BadRequest: An interception would have to move beyond the highest order.
    """
    by_order = {other["executionOrder"]: other for other in others if other["id"] != newcomer["id"]}
    placed: Document | None = newcomer
    while placed is not None:
        if placed["executionOrder"] > HIGHEST_ORDER:
            taken = f"The order [{newcomer['executionOrder']}] is taken, and nobody can move beyond [{HIGHEST_ORDER}]"
            raise BadRequest(f"{taken}: choose a lower one")
        moved = by_order.get(placed["executionOrder"])
        if moved and same_order == "newcomer-last":
            placed["executionOrder"] += 1
            continue
        yield placed
        placed = moved and {**moved, "executionOrder": moved["executionOrder"] + 1, "lastModifiedTime": now}
