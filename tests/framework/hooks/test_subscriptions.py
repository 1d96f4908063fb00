from __future__ import annotations

import json

from biot_plugin import (
    AdaptEntity,
    DirectCall,
    Notification,
    Plugin,
    PostRequest,
    PreRequest,
    Scheduled,
)

PATIENTS = "POST/organization/v1/users/patients"


def test_subscriptions_are_what_the_decorators_imply(plugin: Plugin) -> None:
    @plugin.pre_request(PATIENTS, order=5)
    @plugin.pre_request(
        "POST/organization/v1/users/caregivers/templates/{templateName}", path_variables={"templateName": "nurse"}
    )
    def before(event: PreRequest) -> None: ...

    @plugin.post_request(PATIENTS)
    def after(event: PostRequest) -> None: ...

    @plugin.adapt_entity("patient", order=2)
    def adapt(event: AdaptEntity) -> None: ...

    @plugin.notification("usage-session", "_update")
    def all_templates(event: Notification) -> None: ...

    @plugin.notification("generic-entity", "_create", template="log")
    def one_template(event: Notification) -> None: ...

    @plugin.scheduled("45 1/12 1-5 JAN,OCT ? *")
    def nightly(event: Scheduled) -> None: ...

    @plugin.endpoint()
    def report(event: DirectCall) -> None: ...

    assert plugin.subscriptions() == {
        "interceptions": [
            {"type": "PRE_REQUEST", "apiId": "POST/organization/v1/users/caregivers/templates/nurse"},
            {"type": "PRE_REQUEST", "apiId": PATIENTS, "order": 5},
            {"type": "POST_REQUEST", "apiId": PATIENTS},
            {"type": "ADAPT_ENTITY", "entityTypeName": "patient", "order": 2},
        ],
        "notifications": [
            {"entityTypeName": "usage-session", "actionName": "_update"},
            {"entityTypeName": "generic-entity", "actionName": "_create", "templateName": "log"},
        ],
    }
    assert plugin.cron_schedule == "45 1/12 1-5 JAN,OCT ? *"
    json.dumps(plugin.subscriptions())


def test_a_plugin_without_hooks_implies_nothing(plugin: Plugin) -> None:
    assert plugin.subscriptions() == {"interceptions": [], "notifications": []}
    assert plugin.cron_schedule is None
