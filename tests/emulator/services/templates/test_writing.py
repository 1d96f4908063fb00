from __future__ import annotations

from typing import Any

import pytest

from biot_emulator.api.errors import ApiError
from biot_emulator.services.templates.catalogue import Templates
from biot_emulator.services.templates.definitions import Template
from biot_emulator.services.templates.errors import AttributeIsMandatory
from biot_emulator.services.templates.writing import blank_entity, check_mandatory, merged
from biot_emulator.state.clock import Clock
from biot_emulator.state.store import Store


@pytest.fixture(scope="module")
def templates() -> Templates:
    store = Store()
    templates = Templates(store, Clock())
    templates.ensure_defaults()
    return templates


@pytest.fixture
def session(templates: Templates) -> Template:
    return templates.default("usage-session")


def test_an_entity_without_values_has_defaults_and_every_object(session: Template) -> None:
    blank = blank_entity(session)
    assert (blank["_initiator"], blank["_sessionContext"], blank["_configuration"]) == ("EXTERNAL", "", {})
    assert blank["_summary"] == {"_stopReason": None, "_stopReasonCode": None}


def test_what_a_request_leaves_out_stays(session: Template) -> None:
    old = {**blank_entity(session), "_id": "1", "_summary": {"_stopReason": "done", "_stopReasonCode": "COMPLETION"}}
    new = merged(session, old, {"_summary": {"_stopReason": None}})
    assert new["_summary"] == {"_stopReason": None, "_stopReasonCode": "COMPLETION"}
    assert merged(session, old, {"_summary": None})["_summary"] == {"_stopReason": None, "_stopReasonCode": None}
    assert old["_summary"]["_stopReason"] == "done"


@pytest.mark.parametrize(
    "body", [{"_summary": 1}, {"_summary": {"_nothing": 1}}, {"_device": {"id": "2"}}, {"_initiator": "EXTERNAL2"}]
)
def test_what_a_request_may_not_say_is_refused(session: Template, body: dict[str, Any]) -> None:
    old = {**blank_entity(session), "_id": "1", "_device": {"id": "1", "name": "one"}}
    with pytest.raises(ApiError):
        merged(session, old, body)
    # What the platform sets may be sent as it is, a reference by its id.
    assert merged(session, old, {"_device": {"id": "1"}, "_initiator": "EXTERNAL"}) == old
    assert merged(session, old, {"_initiator": "REMOTE_CONTROL"}, by_platform=True)["_initiator"] == "REMOTE_CONTROL"


def test_an_entity_of_an_older_state_may_lack_what_it_lacked(templates: Templates) -> None:
    template = templates.default("organization")
    old = {"_id": "1", "_name": "Clinic", "_ownerOrganization": {"id": "1"}}
    with pytest.raises(AttributeIsMandatory):
        check_mandatory(template, old, {})
    check_mandatory(template, {**old, "_name": "Other"}, old)
    with pytest.raises(AttributeIsMandatory):
        check_mandatory(template, {**old, "_name": None}, old)
