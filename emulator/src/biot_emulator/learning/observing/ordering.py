"""Which of two interceptors is called first, and who gets an order that is taken."""

from __future__ import annotations

from biot_emulator.learning.findings import Findings
from biot_emulator.learning.laboratory import Laboratory
from biot_emulator.learning.subscribing import CREATE_API, READ_API

__all__ = ["observe_default_order", "observe_order", "observe_reserved_order"]

_RESERVED = "INTERCEPTION_ORDER_CANNOT_BE_RESERVED_ORDER"
_CANDIDATES = (1, 2**31 - 1, 100, 1000)
_ORDERS = {"AB": "ascending", "BA": "descending"}
_OTHERS = "others have interceptions, whose orders could be moved"


def observe_order(laboratory: Laboratory, findings: Findings) -> None:
    """Observe both with the two probes, at orders that nobody else has."""
    hooks, (first, second) = laboratory.hooks, laboratory.endpoints
    base = hooks.base_order
    try:
        hooks.subscribe(second, "PRE_REQUEST", CREATE_API, base + 5)
        reply = laboratory.create("pre-order")
        trail = str(reply.body.get("_name") if isinstance(reply.body, dict) else "")[-2:]
        if order := _ORDERS.get(trail):
            how = f"two probes at the orders {base} and {base + 5} left their letters as {trail}"
            findings.saw("interceptors.order", order, how)
        else:
            findings.missed("interceptors.order", "the changes of two PRE_REQUEST interceptors were not both there")
        hooks.subscribe(second, "PRE_REQUEST", CREATE_API, base)
        _compare(_orders(laboratory, first), _orders(laboratory, second), base, findings)
    finally:
        hooks.unsubscribe(second, "PRE_REQUEST", CREATE_API)
        hooks.subscribe(first, "PRE_REQUEST", CREATE_API, base)


def _orders(laboratory: Laboratory, endpoint: str) -> int | None:
    """Return the order of a probe."""
    requested = ("PRE_REQUEST", CREATE_API)
    own = laboratory.hooks.of(endpoint)
    return next((item["executionOrder"] for item in own if (item["type"], item["apiId"]) == requested), None)


def _compare(older: int | None, newcomer: int | None, asked: int, findings: Findings) -> None:
    setting, how = "interceptors.sameOrder", f"one probe asked for the order {asked} of the other"
    if newcomer == asked and older != asked:
        findings.saw(setting, "newcomer-first", how)
    elif older == asked and newcomer != asked:
        findings.saw(setting, "newcomer-last", how)
    else:
        findings.missed(setting, "two probes have the same order, or neither has what it asked for")


def observe_default_order(laboratory: Laboratory, findings: Findings) -> None:
    """Observe the order of a subscription that gives none, where there is nobody who could be moved by it."""
    hooks, endpoint = laboratory.hooks, laboratory.endpoints[0]
    if hooks.orders_of_others(laboratory.endpoints):
        findings.missed("interceptors.defaultOrder", _OTHERS)
        return
    order = hooks.subscribe(endpoint, "POST_REQUEST", READ_API, None).get("executionOrder")
    hooks.unsubscribe(endpoint, "POST_REQUEST", READ_API)
    findings.saw("interceptors.defaultOrder", order, "a probe subscribed at the dispatcher without an order")


def observe_reserved_order(laboratory: Laboratory, findings: Findings) -> None:
    """Observe which order is refused, among a few that nobody has."""
    taken = laboratory.hooks.orders_of_others(laboratory.endpoints)
    candidates = dict.fromkeys((findings.behaviour.interceptors.default_order, *_CANDIDATES))
    tried = [order for order in candidates if order not in taken]
    reserved = next((order for order in tried if _is_reserved(laboratory, order)), None)
    if reserved is None:
        numbers = ", ".join(map(str, tried))
        findings.missed("interceptors.reservedOrder", f"none of {numbers} was refused, and nobody was to be moved")
    else:
        findings.saw("interceptors.reservedOrder", reserved, f"a probe was refused the order {reserved}")
    laboratory.require_change(0, subscriptions={"interceptions": []})


def _is_reserved(laboratory: Laboratory, order: int) -> bool:
    api_id = READ_API.replace("{templateName}", laboratory.names.template)
    hook = {"type": "POST_REQUEST", "apiId": api_id, "order": order}
    body = laboratory.change(0, subscriptions={"interceptions": [hook]}).body
    return isinstance(body, dict) and body.get("code") == _RESERVED
