from __future__ import annotations

import json
from urllib.parse import quote

from tests.emulator.made_templates import attribute, make_template
from tests.emulator.services.entities.world import DEVICES, PATIENTS, World


def test_what_refers_to_an_entity_is_said_on_request(world: World) -> None:
    reference = {
        "entityType": "patient",
        "referencedSideAttributeName": "worn",
        "referencedSideAttributeDisplayName": "Worn",
    }
    made = make_template(
        world.client, "device", "wearable", attribute("wearer", "REFERENCE", referenceConfiguration=reference)
    )
    name = {"firstName": "Ada", "lastName": "Lovelace"}
    patient = world.made(PATIENTS, {"_name": name})
    devices = [
        world.made(DEVICES, {"_id": f"worn-{n}", "_templateId": made["id"], "wearer": {"id": patient["_id"]}})
        for n in "12"
    ]
    world.made(DEVICES, {"_id": "own", "_patient": {"id": patient["_id"]}})
    path = f"{PATIENTS}/{patient['_id']}"

    assert world("GET", path).body["_referencers"] is None
    assert world("GET", f"{path}?includeReferencers=false").body["_referencers"] is None
    found = world("GET", f"{path}?includeReferencers=true").body["_referencers"]

    assert found.keys() == {"worn", "_devices"}
    worn, own = found["worn"], found["_devices"]
    assert (worn["count"], worn["referrer"], worn["templateId"]) == (2, None, made["id"])
    assert worn["attributeId"] == made["customAttributes"][0]["id"]
    assert (own["count"], own["referrer"]) == (1, {"id": "own", "name": "own"})
    filter = quote(json.dumps({"filter": {"_id": {"eq": patient["_id"]}}}))
    page = world("GET", f"{PATIENTS}?includeReferencers=true&searchRequest={filter}").body
    assert [one["_referencers"] for one in page["data"]] == [found]
    assert world("GET", f"{DEVICES}/{devices[0]['_id']}?includeReferencers=true").body["_referencers"] == {}
    assert world("GET", f"{path}?includeReferencers=yes").status_code == 400
