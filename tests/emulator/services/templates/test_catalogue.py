from __future__ import annotations

import uuid

import pytest

from biot_emulator.services.templates.catalogue import COLLECTION, Templates, default_id
from biot_emulator.services.templates.errors import EntityTypeTemplateMismatch, TemplateNotFoundByName
from biot_emulator.state.clock import Clock
from biot_emulator.state.store import Store

NAMESPACE = uuid.UUID("6d2f3a52-5f0d-4f0a-9f57-0d7a1a6d3c11")


def test_templates_that_were_names_alone_become_whole_and_stay_open() -> None:
    store = Store()
    old = {name: str(uuid.uuid5(NAMESPACE, f"caregiver/{name}")) for name in ("caregiver", "nurse")}
    for name, id in (*old.items(), ("stray", str(uuid.uuid4()))):
        store.put(COLLECTION, id, {"id": id, "name": name, "displayName": name})

    templates = Templates(store, Clock())
    templates.ensure_defaults()

    nurse = templates.choose("caregiver", "nurse", None)
    assert (nurse.id, nurse.is_open, nurse.document["removable"]) == (old["nurse"], True, True)
    assert templates.choose("caregiver", None, None).id == old["caregiver"] == default_id("caregiver")
    assert "stray" not in {template.name for template in templates}
    with pytest.raises(EntityTypeTemplateMismatch):
        templates.choose("patient", None, old["nurse"])
    with pytest.raises(TemplateNotFoundByName):
        templates.choose("patient", "nurse", None)
    store.close()


def test_what_is_written_is_read_at_once_and_what_is_undone_is_not() -> None:
    store = Store()
    templates = Templates(store, Clock())
    templates.ensure_defaults()
    first = templates.default("patient")

    with pytest.raises(ZeroDivisionError), store.transaction():
        templates.write({**first.document, "displayName": "Other"})
        raise ZeroDivisionError
    assert templates.default("patient").reference["displayName"] == "Patient"
    templates.write({**first.document, "displayName": "Other"})
    assert templates.default("patient").reference["displayName"] == "Other"
    store.close()
