"""What a user of the official SDK does with devices and what belongs to them; run by an interpreter that has it.

    sdk_device_calls.py URL USERNAME PASSWORD

It writes one JSON document of what came back.
"""

from __future__ import annotations

import json
import sys
import urllib.request
import uuid
from datetime import UTC, datetime
from typing import Any

import biotmed_organization_sdk as sdk
import biotmed_ums_sdk as ums

ORGANIZATION = {"id": "00000000-0000-0000-0000-000000000000"}
BEGAN, ENDED = datetime(2020, 1, 1, 7, tzinfo=UTC), datetime(2020, 1, 1, 8, tzinfo=UTC)
SUMMARY = {"_stopReason": "as planned", "_stopReasonCode": "COMPLETION"}


def main(url: str, username: str, password: str) -> None:
    login = ums.LoginAPIApi(ums.ApiClient(ums.Configuration(host=f"{url}/ums")))
    token = login.login(ums.LoginRequestV2(username=username, password=password)).access_jwt.token
    api = sdk.ApiClient(sdk.Configuration(host=url, access_token=token))
    patient = sdk.PatientAPIApi(api).create_patient_by_template_name(
        sdk.CreatePatientByTemplateNameRequest(
            _name={"firstName": "Ada", "lastName": "Lovelace"}, _ownerOrganization=ORGANIZATION
        ),
        template_name="Patient",
    )
    seen = {"devices": devices(api, patient)}
    seen["certificates"] = certificates(api)
    seen["sessions"] = sessions(api)
    seen["remote"] = remote(api, url, token)
    seen["commands"] = commands(api, url, token)
    seen["alerts"] = [device_alerts(api), patient_alerts(api, patient)]
    seen["generic"] = [generic(api), generic_3(api)]
    seen["gone"] = gone(api)
    sys.stdout.write(json.dumps(seen))


def devices(api: Any, patient: Any) -> Any:
    calls = sdk.DeviceAPIApi(api)
    first = calls.register_device_with_template_name(
        sdk.RegisterDeviceByTemplateNameRequest(_id="pump-1", _patient={"id": patient.id}), template_name="Device"
    )
    second = calls.register_device(sdk.RegisterDeviceRequest(_id="pump-2", _templateId=first.template.id))
    changed = calls.update_device(
        sdk.UpdateDeviceRequest(_description="on the wall", _timezone="Europe/Oslo"), id="pump-2"
    )
    data = {"_fwVersion": "0.73", "_operational": {"_status": "OK"}, "battery": 0.63}
    status = calls.update_device_status(sdk.UpdateDeviceStatusRequest(data=data), id="pump-2").status
    calls.delete_device("pump-2")
    found = calls.search_devices(sdk.SearchRequestV2(filter={"_patient.id": {"eq": str(patient.id)}}))
    return {
        "owner": first.patient.name,
        "second": [second.id, changed.description, changed.timezone],
        "status": [status.fw_version, status.operational.status, status.connection.connected],
        "found": [device.id for device in found.data],
        "read": calls.get_device("pump-1") == found.data[0],
        "connection": calls.get_connection_details("pump-1").connection_client_id,
    }


def certificates(api: Any) -> Any:
    calls = sdk.DeviceCertificateAPIApi(api)
    made = calls.create_certificate("pump-1", type="BOOTSTRAP")
    calls.activate_certificate("pump-1", type="BOOTSTRAP")
    active = sdk.DeviceAPIApi(api).get_device("pump-1").status.certificate_status
    calls.delete_certificate("pump-1", type="BOOTSTRAP")
    after = sdk.DeviceAPIApi(api).get_device("pump-1").status.certificate_status
    return [made.certificate.splitlines()[0], made.connection_client_id, active, after]


def sessions(api: Any) -> Any:
    calls = sdk.UsageSessionAPIApi(api)
    begun = calls.create_session_by_usage_type(
        sdk.CreateSessionByUsageTypeRequestV2(_startTime=BEGAN, _state="ACTIVE"),
        device_id="pump-1",
        usage_type="UsageSession",
    )
    current = calls.search_device_sessions(sdk.SearchRequestV2(filter={"_patient.id": {"eq": str(begun.patient.id)}}))
    ended = calls.update_session(
        sdk.UpdateSessionRequestV2(_startTime=BEGAN, _endTime=ENDED, _state="DONE", _summary=SUMMARY),
        device_id="pump-1",
        id=begun.id,
    )
    other = calls.create_session(
        sdk.CreateSessionRequestV2(
            _startTime=BEGAN, _endTime=ENDED, _state="DONE", _summary=SUMMARY, _templateId=begun.template.id
        ),
        device_id="pump-1",
    )
    found = calls.search_sessions(sdk.SearchRequestV2(filter={"_templateName": {"eq": "UsageSession"}}))
    calls.delete_session("pump-1", other.id)
    orphans = calls.delete_orphan_sessions("DEVICE").deleted_sessions
    return {
        "begun": [begun.state, begun.patient.name, begun.initiator],
        "current": [[session.id == begun.id for session in device.sessions] for device in current.data],
        "ended": [ended.state, ended.summary.stop_reason, ended.end_time == ENDED],
        "found": len(found.data),
        "read": calls.get_session("pump-1", begun.id) == ended,
        "orphans": len(orphans),
    }


def remote(api: Any, url: str, token: str) -> Any:
    calls = sdk.UsageSessionRemoteControlAPIApi(api)
    [session] = sdk.UsageSessionAPIApi(api).search_sessions(sdk.SearchRequestV2(limit=1)).data
    begun = calls.start_session(sdk.StartSessionRequestV2(_templateId=session.template.id), device_id="pump-1")
    controls = (calls.pause_session, calls.resume_session, calls.stop_session)
    states = [begun.state, *(control(device_id="pump-1", id=begun.id).state for control in controls)]
    report(url, token, f"devices/pump-1/usage-sessions/{begun.id}", {"_state": "DONE"})
    return [*states, sdk.UsageSessionAPIApi(api).get_session("pump-1", begun.id).state]


def commands(api: Any, url: str, token: str) -> Any:
    calls = sdk.CommandAPIApi(api)
    first = calls.start_command_by_template_name(
        sdk.StartCommandByTemplateNameRequest(_name="blink"), device_id="pump-1", template_name="Command"
    )
    stopped = calls.stop_command("pump-1", first.id)
    report(url, token, f"devices/pump-1/commands/{first.id}", {"_state": "ABORTED"})
    second = calls.start_command(sdk.StartCommandRequest(_templateId=first.template.id), device_id="pump-1")
    found = calls.search_commands(sdk.SearchRequestV2(filter={"_state": {"in": ["ABORTED", "STARTING"]}}))
    calls.delete_command("pump-1", first.id)
    return {
        "states": [first.state, stopped.state, second.state],
        "found": len(found.data),
        "read": calls.get_command("pump-1", second.id).timeout_in_seconds,
    }


def device_alerts(api: Any) -> Any:
    calls = sdk.DeviceAlertAPIApi(api)
    first = calls.create_alert_by_template_name1(
        sdk.CreateAlertByTemplateNameRequest(_severity="MAJOR"), device_id="pump-1", template_name="DeviceAlert"
    )
    second = calls.create_alert1(sdk.CreateAlertRequest(_templateId=first.template.id), device_id="pump-1")
    current = calls.search_current_alerts1().data
    change = sdk.UpdateAlertRequest(_state="CLEARED", _clearNotes="charged")
    cleared = calls.update_alert1(change, device_id="pump-1", id=first.id)
    calls.delete_alert1("pump-1", second.id)
    return {
        "current": [[one.device.id, len(one.alerts)] for one in current],
        "cleared": [cleared.clear_trigger, cleared.cleared_by.name, cleared.clear_notes],
        "read": calls.get_alert1("pump-1", first.id) == cleared,
        "found": len(calls.search_alerts1(sdk.SearchRequestV2(filter={"_severity": {"eq": "MAJOR"}})).data),
    }


def patient_alerts(api: Any, patient: Any) -> Any:
    calls = sdk.PatientAlertAPIApi(api)
    first = calls.create_alert_by_template_name(
        sdk.CreateAlertByTemplateNameRequest(), patient_id=str(patient.id), template_name="PatientAlert"
    )
    second = calls.create_alert(
        sdk.CreateAlertRequest(_templateId=first.template.id, _severity="MAJOR"), patient_id=str(patient.id)
    )
    current = calls.search_current_alerts().data
    change = sdk.UpdateAlertRequest(_state="CLEARED", _clearNotes="charged")
    cleared = calls.update_alert(change, patient_id=str(patient.id), id=second.id)
    calls.delete_alert(str(patient.id), first.id)
    return {
        "current": [[one.patient.id == patient.id, len(one.alerts)] for one in current],
        "cleared": [cleared.clear_trigger, cleared.cleared_by.name, cleared.clear_notes],
        "read": calls.get_alert(str(patient.id), second.id) == cleared,
        "found": len(calls.search_alerts(sdk.SearchRequestV2(filter={"_severity": {"eq": "MAJOR"}})).data),
    }


def generic(api: Any) -> Any:
    calls = sdk.GenericEntityAPIApi(api)
    first = calls.create_generic_entity_by_template_name(
        sdk.CreateGenericEntityByTemplateNameRequest(_name="one"), template_name="GenericEntity"
    )
    second = calls.create_generic_entity(
        sdk.CreateGenericEntityRequest(_name="two", _templateId=first.template.id, _ownerOrganization=ORGANIZATION)
    )
    changed = calls.update_generic_entity(sdk.UpdateGenericEntityRequest(_name="three"), id=second.id)
    calls.delete_generic_entity(first.id)
    found = calls.search_generic_entities(sdk.SearchRequestV2(filter={"_templateName": {"eq": "GenericEntity"}}))
    return [changed.name, [one.name for one in found.data], calls.get_generic_entity(second.id) == changed]


def generic_3(api: Any) -> Any:
    calls = sdk.GenericEntityAPIV3Api(api)
    made = calls.create_generic_entity_v3(
        sdk.CreateGenericEntityByTemplateNameRequest(_name="four"), template_name="GenericEntity"
    )
    changed = calls.update_generic_entity_v3(
        sdk.UpdateGenericEntityRequest(_name="five"), template_name="GenericEntity", id=made.id
    )
    read = calls.get_generic_entity_v3("GenericEntity", made.id)
    found = calls.search_generic_entities_v3("GenericEntity", sdk.SearchRequestV2(filter={"_name": {"eq": "five"}}))
    calls.delete_generic_entity_v3("GenericEntity", made.id)
    return [changed.name, [one.name for one in found.data], read == changed]


def gone(api: Any) -> Any:
    calls = (
        lambda: sdk.DeviceAPIApi(api).get_device("pump-2"),
        lambda: sdk.UsageSessionAPIApi(api).get_session("pump-1", uuid.UUID(int=1)),
        lambda: sdk.CommandAPIApi(api).get_command("pump-1", uuid.UUID(int=1)),
        lambda: sdk.DeviceAlertAPIApi(api).get_alert1("pump-1", uuid.UUID(int=1)),
        lambda: sdk.GenericEntityAPIApi(api).get_generic_entity(uuid.UUID(int=1)),
    )
    return [refusal(call) for call in calls]


def refusal(call: Any) -> Any:
    try:
        return call()
    except sdk.ApiException as error:
        return [error.status, json.loads(error.body)["code"]]


def report(url: str, token: str, path: str, body: Any) -> None:
    """Say something in the place of a device, which no SDK can do."""
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    content = json.dumps(body).encode()
    request = urllib.request.Request(f"{url}/_emulator/{path}", content, headers, method="PUT")
    with urllib.request.urlopen(request) as response:
        assert response.status == 200


if __name__ == "__main__":
    main(*sys.argv[1:])
