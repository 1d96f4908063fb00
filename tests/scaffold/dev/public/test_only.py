"""Whose calls are handled."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, strategies as st

from biot_plugin_cli.dev.public.only import Only
from biot_plugin_cli.errors import UsageError
from biot_plugin_cli.subscriptions.hook import Subscription

ID = "11111111-2222-3333-4444-555555555555"
INTERCEPTION = {
    "initiatorData": {"subjectId": "ada", "ownerOrganizationId": "clinic"},
    "request": {
        "body": None,
        "pathVariables": [{"name": "templateName", "value": "nurse"}, {"name": "id", "value": "x"}],
    },
    "response": {"entities": [{"_template": {"name": "adult", "id": ID}}]},
}
CREATION = {"request": {"body": {"_templateId": ID}}}
NOTIFICATION = {
    "metadata": {"initiator": {"subject": {"id": "ada"}}},
    "data": {"entity": {"_ownerOrganization": {"id": "clinic"}, "_template": {"name": "nurse"}}},
}


@pytest.mark.parametrize("body", [INTERCEPTION, NOTIFICATION])
@pytest.mark.parametrize(
    ("conditions", "accepted"),
    [
        ([], True),
        (["caller=ada"], True),
        (["caller=grace"], False),
        (["caller=grace", "caller=ada"], True),
        (["organization=clinic", "template=nurse"], True),
        (["organization=clinic", "template=doctor"], False),
        (["organization=other", "template=nurse"], False),
        (["template=x"], False),
    ],
)
def test_every_kind_of_condition_has_to_hold(body: dict[str, Any], conditions: list[str], accepted: bool) -> None:
    only = Only.parse(conditions)
    assert (only.accepts(body), bool(only)) == (accepted, bool(conditions))


def test_a_template_is_named_in_the_path_or_by_an_entity_or_by_its_id() -> None:
    assert Only.parse(["template=adult"]).accepts(INTERCEPTION)
    assert Only.parse([f"template={ID}"]).accepts(INTERCEPTION)
    assert Only.parse([f"template={ID}"]).accepts(CREATION)
    assert not Only.parse(["template=adult"]).accepts(CREATION)


@pytest.mark.parametrize("text", ["", "caller", "caller=", "=ada", "user=ada", "Caller=ada"])
def test_a_condition_of_another_form_is_an_error(text: str) -> None:
    with pytest.raises(UsageError, match=r"write one of organization=ID, template=NAME, caller=ID"):
        Only.parse([text])


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: (
    st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["initiatorData", "metadata", "data", "entity", "request", "response", "entities",
                                       "pathVariables", "_template", "subjectId", "name", "value"]), inner, max_size=4)
), max_leaves=12))  # fmt: skip
def test_whatever_is_sent_is_no_error(body: Any) -> None:
    only = Only.parse(["caller=ada", "organization=clinic", "template=nurse"])
    assert only.accepts(body) is (not isinstance(body, dict))


def test_what_the_platform_can_limit_is_limited_there() -> None:
    templates = "POST/organization/v1/users/patients/templates/{templateName}"
    scoped = Subscription("PRE_REQUEST", "u", api_id=templates, path_filters=(("templateName", "child"),))
    subscriptions = (
        Subscription("PRE_REQUEST", "u", api_id=templates),
        scoped,
        Subscription("ADAPT_ENTITY", "u", entity_type="patient"),
        Subscription("NOTIFICATION", "u", entity_type="patient", action="_create"),
    )
    limited = Only.parse(["template=adult"]).limit(subscriptions)
    assert [item.path_filters for item in limited] == [(("templateName", "adult"),), scoped.path_filters, (), ()]
    assert [item.template for item in limited] == ["", "", "", "adult"]
    for conditions in ([], ["template=a", "template=b"], [f"template={ID}"], ["caller=ada"]):
        assert Only.parse(conditions).limit(subscriptions) == subscriptions
