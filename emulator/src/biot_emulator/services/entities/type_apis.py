"""The APIs that several entity types have alike: API ids and their operations (contract section 2.9)."""

from __future__ import annotations

from biot_emulator.services.entities.type_definition import Operation

__all__ = [
    "Apis",
    "alert_apis",
    "command_apis",
    "creation_by_template",
    "crud",
    "crud_by_id",
    "device_apis",
    "person_apis",
    "session_apis",
]

Apis = dict[str, Operation]


def crud_by_id(base: str) -> Apis:
    """Return what can be done to one entity."""
    path = f"{base}/{{id}}"
    return {f"GET{path}": "read", f"PATCH{path}": "update", f"DELETE{path}": "delete"}


def crud(base: str) -> Apis:
    """Return creation, search, and what can be done to one entity."""
    return {f"POST{base}": "create", f"GET{base}": "search", **crud_by_id(base)}


def creation_by_template(base: str) -> Apis:
    """Return the creation from a template that the path names."""
    return {f"POST{base}/templates/{{templateName}}": "create"}


def person_apis(base: str) -> Apis:
    """Return the APIs of a type of people."""
    state = f"POST{base}/{{id}}/enabled-state/{{state}}"
    return {**crud(base), **creation_by_template(base), f"GET{base}/self": "self", state: "set_enabled"}


def alert_apis(base: str, parent: str) -> Apis:
    """Return the APIs of the alerts of patients or devices; `parent` is the path variable with the id of one."""
    alerts = f"{base}/{{{parent}}}/alerts"
    creates: Apis = {f"POST{alerts}": "create", f"POST{alerts}/{{templateName}}": "create"}
    searches: Apis = {f"GET{base}/alerts": "search", f"GET{base}/current/alerts": "search_current"}
    return {**creates, **searches, **crud_by_id(alerts)}


def device_apis(base: str) -> Apis:
    """Return the APIs of devices."""
    device = f"{base}/{{id}}"
    reports: Apis = {f"PATCH{device}/status": "update_status", f"GET{device}/connection/details": "read_connection"}
    certificates: Apis = {
        f"POST{device}/certificate": "create_certificate",
        f"POST{device}/certificate/activate": "activate_certificate",
        f"DELETE{device}/certificate": "delete_certificate",
    }
    return {**crud(base), **creation_by_template(base), **reports, **certificates}


def session_apis(base: str) -> Apis:
    """Return the APIs of the usage sessions of devices."""
    sessions = f"{base}/{{deviceId}}/usage-sessions"
    control = f"POST{sessions}/{{id}}/remote-control"
    return {
        f"POST{sessions}": "create",
        f"POST{sessions}/usage-type/{{usageType}}": "create",
        f"POST{sessions}/remote-control/start": "start",
        f"{control}/pause": "control",
        f"{control}/resume": "control",
        f"{control}/stop": "control",
        f"GET{base}/usage-sessions": "search",
        f"GET{base}/current/usage-sessions": "search_current",
        f"DELETE{base}/usage-sessions/maintenance/orphans/{{deleteOrphanSessionsEnum}}": "delete_orphans",
        **crud_by_id(sessions),
    }


def command_apis(base: str) -> Apis:
    """Return the APIs of the commands of devices."""
    commands = f"{base}/{{deviceId}}/commands"
    return {
        f"POST{commands}/start": "start",
        f"POST{commands}/{{templateName}}/start": "start",
        f"POST{commands}/{{id}}/stop": "stop",
        f"GET{base}/commands": "search",
        f"GET{commands}/{{id}}": "read",
        f"DELETE{commands}/{{id}}": "delete",
    }
