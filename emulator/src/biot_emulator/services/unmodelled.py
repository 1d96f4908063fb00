"""The APIs that the platform has and this emulator does not, each with the reason.

They are rows of the route table like all others, so that no path variable of another API takes their names for a value.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import NoReturn

from biot_emulator.api.call import Call
from biot_emulator.api.errors import NotModelled
from biot_emulator.api.route import Route

__all__ = ["UNMODELLED_ROUTES"]

_DEVICES = "/device/v2/devices"
_DEVICE = f"{_DEVICES}/{{id}}"
_ORGANIZATIONS = "/organization/v1/organizations"
_PAGES = "/organization/v1/landing-pages/{landingPageType}"
_AUDIT = "/organization/v1/audit-events"
_PATIENTS = "/organization/v1/users/patients"
_SERVICE = "/ums/v2/services/self"
_USERS = "/ums/v2/users"
_SNIPPETS = "/settings/v1/code-snippets"
_LOCALES = "/settings/v1/locales"
_TEXTS = "/settings/v1/translations"
_SYSTEM = "/settings/v1/system"
_ACCESS = "/access-control/v1"
_REPORTS = "/dms/v1/data/reports"
_ANALYTICS = "/dms/v1/analytics"
_MAIL = "/notification/v1/configuration"

_Row = str | tuple[str, str]
"""An API's id; with the entity type of those that plugins can intercept (contract section 2.9)."""

_TABLE: Mapping[str, tuple[_Row, ...]] = {
    "devices connect to a message broker, and there is none": (
        (f"GET{_DEVICE}/mqtt-credentials", "device"),
        ("GET/device/v2/credentials", "device"),
        ("GET/device/v2/credentials/logger", "device"),
        ("GET/device/v2/credentials/organization", "device"),
        ("GET/device/v1/endpoint", "device"),
        "GET/ums/v1/temp-credentials/organization",
    ),
    "only its name is published": (
        (f"POST{_DEVICES}/phi", "device"),
        (f"POST{_ORGANIZATIONS}/first", "organization"),
        ("GET/measurement/v1/measurements/last", "measurement"),
    ),
    "nothing is done with reports and analytics": (
        ("GET" + _REPORTS, "report"),
        (f"POST{_REPORTS}/export", "report"),
        (f"GET{_REPORTS}/{{id}}", "report"),
        (f"DELETE{_REPORTS}/{{id}}", "report"),
        f"POST{_REPORTS}/{{id}}/cancel",
        f"GET{_ANALYTICS}/bi/dashboards/{{dashboardUniqueId}}/export",
        f"GET{_ANALYTICS}/db/connection-details",
        f"GET{_ANALYTICS}/db/connection/details",
        f"GET{_ANALYTICS}/db/information",
        f"POST{_ANALYTICS}/db/initialization/start",
        f"POST{_ANALYTICS}/db/initialization/stop",
        f"POST{_ANALYTICS}/db/synchronization/stop",
        f"GET{_ANALYTICS}/db/state",
        f"POST{_ANALYTICS}/db/state/initialization/start",
        f"POST{_ANALYTICS}/db/state/initialization/stop",
        f"POST{_ANALYTICS}/db/state/synchronization/stop",
    ),
    "access is not controlled by attributes": (
        *(
            f"{method}{_ACCESS}/{things}{one}"
            for things in ("actions", "conditions", "rules")
            for method, one in (
                ("GET", ""),
                ("POST", ""),
                ("GET", "/{id}"),
                ("PATCH", "/{id}"),
                ("DELETE", "/{id}"),
            )
        ),
        *(f"POST{_ACCESS}/access-control/{phase}" for phase in ("pre", "post", "entity")),
    ),
    "a service without any modelled API is not there, and so not healthy": (
        "GET/access-control/system/healthCheck",
        "GET/api-gateway/system/healthCheck",
        "GET/dms/system/healthCheck",
        "GET/entity/system/healthCheck",
    ),
    "it concerns nothing but how the console looks, and there is no console": (
        f"GET{_PAGES}",
        f"PUT{_PAGES}",
        f"DELETE{_PAGES}",
        f"GET{_SNIPPETS}",
        f"POST{_SNIPPETS}",
        f"GET{_SNIPPETS}/{{id}}",
        f"DELETE{_SNIPPETS}/{{id}}",
        f"POST{_LOCALES}",
        f"DELETE{_LOCALES}/{{id}}",
        f"GET{_LOCALES}/configuration",
        f"PATCH{_LOCALES}/configuration",
        f"GET{_TEXTS}/overviews",
        f"DELETE{_TEXTS}/{{locale}}",
        f"GET{_TEXTS}/{{locale}}/download",
        f"PATCH{_TEXTS}/{{locale}}/update",
        f"POST{_TEXTS}/{{locale}}/validate",
    ),
    "the state is a folder, which `--data` names, and is copied as any other": (
        f"POST{_SYSTEM}/backup",
        f"GET{_SYSTEM}/backup/executions",
        f"GET{_SYSTEM}/restore/executions",
        f"GET{_SYSTEM}/properties",
    ),
    "nothing is recorded for auditors": (f"GET{_AUDIT}", f"GET{_AUDIT}/{{id}}"),
    "nothing is ever sent, so that there is no provider to configure": (
        f"GET{_MAIL}",
        f"PUT{_MAIL}",
        f"GET{_MAIL}/sms-provider-configuration",
    ),
    "no mail leads anywhere by a link with such a token": (
        *(f"GET/{service}/v1/tokens/{{token}}" for service in ("device", "dms")),
        *(f"POST/{service}/v1/tokens/{{token}}" for service in ("device", "dms")),
        *(f"GET/{service}/v1/tokens/{{token}}/execute" for service in ("device", "dms", "organization", "ums")),
    ),
    "patients do not sign themselves up": (
        f"GET{_PATIENTS}/sign-up/organizations",
        "POST/api-gateway/v1/sign-up",
        "POST/api-gateway/v1/sign-up/anonymous",
        "POST/api-gateway/v1/devices/assign",
    ),
    "it came with 2.4.3, and this platform follows 2.4.2": (
        f"POST{_DEVICE}/certificate/csr",
        f"POST{_USERS}/{{id}}/password/reset",
        f"GET{_SERVICE}",
        f"POST{_SERVICE}/secret-keys",
        f"DELETE{_SERVICE}/secret-keys/{{secretKeyId}}",
    ),
}


def _refuse(call: Call, reason: str) -> NoReturn:
    raise NotModelled(
        f"{call.method} {call.path} is an API of the platform that this emulator does not model: {reason}. "
        "GET /_emulator/operations lists what it models",
        reason=reason,
    )


def _route(row: _Row, reason: str) -> Route:
    api_id, entity_name = row if isinstance(row, tuple) else (row, None)
    method, slash, path = api_id.partition("/")
    handler = partial(_refuse, reason=reason)
    return Route(method, slash + path, handler, entity_name=entity_name, not_modelled=reason)


UNMODELLED_ROUTES = tuple(_route(row, reason) for reason, rows in _TABLE.items() for row in rows)
"""Every published API that is not modelled, each refused with 404 and the reason."""
