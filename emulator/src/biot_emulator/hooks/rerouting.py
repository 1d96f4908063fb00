"""Whether a PRE_REQUEST interceptor may send a call to another API (contract section 2.1)."""

from __future__ import annotations

from biot_emulator.api.call import Call
from biot_emulator.api.errors import NotKnown
from biot_emulator.api.permissions import require_permission
from biot_emulator.api.route import Route
from biot_emulator.api.router import Router
from biot_emulator.hooks.replies import BadReply

__all__ = ["reroute"]


def reroute(router: Router, route: Route, call: Call, changed: Call) -> tuple[Route, Call]:
    """Find the route of a call that an interceptor has changed: it must be of the same service.

    Args:
        router: Finds the route.
        route: The route so far.
        call: The call as the interceptor received it.
        changed: The call as it replied.

    Raises:
        BadReply: The path has no route, or one of another service.
        AccessDenied: The caller lacks the permission for the new route.
    """
    if changed.path == call.path:
        return route, changed
    try:
        target, changed = router.find(changed)
    except NotKnown as error:
        raise BadReply(f"its [path] leads nowhere: {error.message}") from None
    if target.service != route.service:
        raise BadReply(f"its [path] leads to another service: {target.service}")
    # The caller may not be allowed what a plugin makes of the call.
    require_permission(target, changed)
    return target, changed
