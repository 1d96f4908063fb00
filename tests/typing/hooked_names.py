"""What type checkers must see in the names of hooks. It is checked, never run.

A line with `# refused` must have an error, and no other line may.
"""

from __future__ import annotations

from typing_extensions import assert_type

from biot_plugin import (
    AdaptEntity,
    ApiId,
    EntityType,
    Notification,
    NotificationAction,
    NotificationEntityType,
    Plugin,
    PostRequest,
    PreRequest,
)
from tests.typing import handlers

PATIENTS = "organization/v1/users/patients"
CREATE = "POST/organization/v1/users/patients"

plugin = Plugin()


@plugin.pre_request("POST/organization/v1/users/patients")
@plugin.pre_request(CREATE)
@plugin.pre_request(f"POST/{PATIENTS}")
@plugin.pre_request("POST/organization/v1/users/caregivers/templates/{templateName}", path_variables={"a": "nurse"})
def pre(event: PreRequest) -> str:
    return "before"


@plugin.post_request("GET/organization/v1/users/patients/{id}")
def post(event: PostRequest) -> int:
    return 1


@plugin.adapt_entity("usage-session")
def adapt(event: AdaptEntity) -> int:
    return 1


@plugin.notification("patient", "_saveMeasurementBulk", template="nurse")
def told(event: Notification) -> int:
    return 1


assert_type(pre(event=handlers.made()), str)
assert_type(post(event=handlers.made()), int)
assert_type(adapt(event=handlers.made()), int)
assert_type(told(event=handlers.made()), int)


def by_any_string(name: str, action: str) -> None:
    @plugin.pre_request(name, order=1)
    def pre(event: PreRequest) -> str:
        return "before"

    @plugin.post_request(name)
    @plugin.post_request(f"POST/{name}")
    def post(event: PostRequest) -> int:
        return 1

    @plugin.adapt_entity(name)
    def adapt(event: AdaptEntity) -> int:
        return 1

    @plugin.notification(name, action)
    @plugin.notification("patient", action)
    @plugin.notification(name, "_update")
    def told(event: Notification) -> int:
        return 1

    assert_type(pre(event=handlers.made()), str)
    assert_type(post(event=handlers.made()), int)
    assert_type(adapt(event=handlers.made()), int)
    assert_type(told(event=handlers.made()), int)


def by_a_published_name(
    api_id: ApiId, entity_type: EntityType, noticed: NotificationEntityType, action: NotificationAction
) -> None:
    plugin.pre_request(api_id)(pre)
    plugin.post_request(api_id)(post)
    plugin.adapt_entity(entity_type)(adapt)
    plugin.notification(noticed, action)(told)


wrong: ApiId = "POST/organization/v1/users/patient"  # refused
plugin.pre_request("POST/organization/v1/users/patient")(pre)  # refused
plugin.pre_request("POST /organization/v1/users/patients")(pre)  # refused
plugin.pre_request("GET/organization/v1/users/patients/{patientId}", order=3)(pre)  # refused
plugin.post_request("PUT/x")(post)  # refused
plugin.adapt_entity("patients")(adapt)  # refused
plugin.adapt_entity("registration-code")(adapt)  # refused
plugin.notification("patient", "update")(told)  # refused
plugin.notification("pateint", "_update")(told)  # refused
plugin.notification("patient", "_assign")(told)  # refused


def functions_of_other_kinds(name: str) -> None:
    plugin.pre_request(name)(post)  # refused
    plugin.pre_request(CREATE)(post)  # refused
    plugin.post_request(name)(pre)  # refused
    plugin.adapt_entity(name)(pre)  # refused
    plugin.notification(name, name)(pre)  # refused
