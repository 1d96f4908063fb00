"""What becomes of entities whose organization, patient or device is deleted."""

from __future__ import annotations

from tests.emulator.services.entities.world import DEVICES, PATIENTS, World


def test_an_organization_is_deleted_with_its_people(world: World) -> None:
    organization = {"id": world.organization()}
    caregiver = world.made(
        "/organization/v1/users/caregivers",
        {"_name": {"firstName": "Mary", "lastName": "Seacole"}, "_ownerOrganization": organization},
    )
    patient = world.patient(_ownerOrganization=organization, _caregiver={"id": caregiver["_id"]})
    device = world.device(_ownerOrganization=organization, _patient={"id": patient})
    alert = world.alert(PATIENTS, patient)

    assert world("DELETE", f"/organization/v1/organizations/{organization['id']}").status_code == 204

    assert world("GET", f"{PATIENTS}/{patient}").body["code"] == "USER_NOT_FOUND"
    assert world("GET", f"/organization/v1/users/caregivers/{caregiver['_id']}").body["code"] == "USER_NOT_FOUND"
    assert world("GET", alert).body["code"] == "ALERT_PARENT_ENTITY_NOT_FOUND"
    assert (
        world.found("/organization/v1/users/organizations", {"_ownerOrganization.id": {"eq": organization["id"]}}) == []
    )
    assert world("GET", f"{DEVICES}/{device}").body["_patient"] is None
    assert world("PATCH", f"{DEVICES}/{device}", {"_description": "nobody's"}).status_code == 200


def test_a_reference_of_others_to_what_was_deleted_becomes_null(world: World) -> None:
    device = world.device()
    patient = world("GET", f"{DEVICES}/{device}").body["_patient"]["id"]

    world("DELETE", f"{PATIENTS}/{patient}")

    assert world("GET", f"{DEVICES}/{device}").body["_patient"] is None
    assert world.found(DEVICES, {"_patient.id": {"eq": patient}}) == []
