"""What a user of the official SDKs does; run by an interpreter that has them.

    sdk_calls.py URL USERNAME PASSWORD RUNTIME CODE.zip NEW_CODE.zip

It writes one JSON document of what came back.
"""

from __future__ import annotations

import json
import sys
import urllib.request
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import biotmed_dispatcher_sdk as dispatcher
import biotmed_file_sdk as file
import biotmed_measurement_sdk as measurement
import biotmed_notification_sdk as notification
import biotmed_organization_sdk as organization
import biotmed_settings_sdk as settings
import biotmed_ums_sdk as ums


def main(url: str, username: str, password: str, runtime: str, *codes: str) -> None:
    seen: dict[str, Any] = {}
    users = ums.LoginAPIApi(client(ums, url))
    login = users.login(ums.LoginRequestV2(username=username, password=password))
    refreshed = users.refresh_token(ums.RefreshTokenRequest(refreshToken=login.refresh_jwt.token))
    token = refreshed.access_jwt.token
    seen["key"] = ums.SecurityAPIApi(client(ums, url)).get_public_key().public_key
    seen["services"] = services(url, token)
    seen["interceptions"] = interceptions(url, token)
    seen["notifications"] = notifications(url, token)
    seen["patients"] = patients(url, token)
    seen["plugins"] = plugins(url, token, runtime, *codes)
    seen["subscribable"] = subscribable(url, token)
    seen["files"] = files(url, token)
    seen["measurements"] = measurements(url, token)
    seen["messages"] = messages(url, token)
    seen["templates"] = templates(url, token)
    sys.stdout.write(json.dumps(seen))


def files(url: str, token: str) -> dict[str, Any]:
    api = file.FileAPIApi(client(file, url, token))
    made = api.create_upload_file_url(file.UploadFileUrlRequest(name="a.txt", mimeType="text/plain"))
    send("PUT", made.signed_url, b"content")
    found = api.get_download_file_url(uuid.UUID(str(made.id)), content_disposition="ATTACHMENT")
    parts = file.MultiplePartFileAPIApi(client(file, url, token))
    request = file.MultiplePartUploadFileUrlRequest(name="b.txt", mimeType="text/plain", parts=1)
    upload = parts.create_multiple_part_upload_file_url(request)
    # The order of their arguments is another one for each of them.
    id = uuid.UUID(str(upload.id))
    wanted = file.MultiplePartUploadFileGenerateSignedUrlsRequest(fromPart=2, toPart=2)
    more = parts.generate_signed_urls_for_multiple_part_file_upload(
        id=id, multiple_part_upload_file_generate_signed_urls_request=wanted
    )
    sent = [(1, upload.signed_urls[0], b"x" * 5 * 1024 * 1024), (2, more.signed_urls[0], b"end")]
    tags = [
        file.MultiplePartFileUploadPart(partNumber=number, etag=send("PUT", part.signed_url, content)[0])
        for number, part, content in sent
    ]
    saved = file.MultiplePartUploadFileSaveETagRequest(parts=tags[:1])
    parts.save_e_tags_for_multiple_part_file_upload(id=id, multiple_part_upload_file_save_e_tag_request=saved)
    rest = file.CompleteMultiplePartUploadFileRequest(parts=tags[1:])
    done = parts.complete_multiple_part_upload_file(id=id, complete_multiple_part_upload_file_request=rest)
    cancelled = parts.create_multiple_part_upload_file_url(request)
    parts.cancel_multiple_part_upload_file(uuid.UUID(str(cancelled.id)))
    try:
        api.get_download_file_url(uuid.UUID(str(cancelled.id)))
    except file.ApiException as error:
        gone = status_of(error)
    return {
        "found": [found.name, send("GET", found.signed_url)[1].decode()],
        "parts": [more.parts, done.name, len(send("GET", done.signed_url)[1])],
        "gone": gone,
        "health": file.HealthCheckAPIApi(client(file, url)).health_check().version is not None,
    }


def measurements(url: str, token: str) -> dict[str, Any]:
    patient = (
        organization.PatientAPIApi(client(organization, url, token)).create_patient(new_patient("Mary", url, token)).id
    )
    own = client(measurement, url, token)
    api, pages = measurement.MeasurementsAPIApi(own), measurement.MeasurementsV2APIApi(own)
    noon = datetime(2026, 1, 31, 12, tzinfo=UTC)
    metadata = {"timestamp": noon.isoformat(), "patientId": str(patient)}
    good, bad = ({"metadata": metadata, "data": {"pulse": value}} for value in (61, "none"))
    api.save_measurement(measurement.MeasurementMessageFromDevice.from_dict(good))
    bulk = api.save_measurements_bulk(measurement.MeasurementBulkRequest.from_dict({"measures": [good, bad]}))
    day = {"start_time": noon - timedelta(days=1), "end_time": noon + timedelta(days=1)}
    raw = api.get_raw_measurements(patient_id=str(patient), attributes=["pulse"], **day)
    averages = api.get_measurements(bin_interval_seconds="60", patient_id=str(patient), attributes=["pulse"], **day)
    times = {"from": day["start_time"].isoformat(), "to": day["end_time"].isoformat()}
    filter = {"_patient.id": {"eq": str(patient)}, "timestamp": times}
    page = pages.get_raw_measurements2(measurement.SearchRequestTokenBased.from_dict({"filter": filter}))
    by_minute = {"filter": {**filter, "binIntervalSeconds": {"eq": 60}}}
    minutes = pages.get_aggregated_measurements(measurement.SearchRequestTokenBased.from_dict(by_minute))
    return {
        "bulk": [bulk.metadata.number_of_measures_saved, bulk.failed_measures[0].failure_data[0].code],
        "raw": [item.data for item in raw.attributes[0].sources[0].measurement_sessions[0].measurements],
        "average": averages.attributes[0].sources[0].measurement_sessions[0].measurements[0].average,
        "page": [item.data for item in page.data],
        "minutes": [item.data["pulse"].average for item in minutes.data],
        "health": measurement.HealthCheckAPIApi(client(measurement, url)).health_check().version is not None,
    }


def messages(url: str, token: str) -> dict[str, Any]:
    own = client(notification, url, token)
    mail = notification.EmailAPIApi(own)
    key = mail.add_attachment(("report.pdf", b"\xff\x00")).key
    template = {"templateId": "welcome", "markingFields": {"name": "Ada"}}
    attachments = {"attachmentsKeysAndNames": {key: "report.pdf"}}
    request = {"addressesTo": ["ada@example.com"], "emailTemplate": template, **attachments}
    mail.send_email(notification.EmailRequest.from_dict(request))
    sent = notification.SMSAPIApi(own).send_sms(notification.SendSmsRequest(message="Hi", phoneNumber="12345"))
    return {"text": sent.message_id is not None}


def templates(url: str, token: str) -> dict[str, Any]:
    own = client(settings, url, token)
    api = settings.TemplateAPIApi(own)
    site = {"name": "site", "displayName": "Site", "type": "SINGLE_SELECT", "category": "REGULAR"}
    choices = [{"name": name, "displayName": name} for name in ("north", "south")]
    request = {
        "name": "trial",
        "displayName": "Trial",
        "entityType": "patient",
        "customAttributes": [{**site, "selectableValues": choices, "validation": {"mandatory": True}}],
    }
    made = api.create_template(settings.CreateTemplateRequest.from_dict(request))
    id = uuid.UUID(str(made.id))
    kept = {**site, "id": str(made.custom_attributes[0].id), "selectableValues": choices}
    lists = {"customAttributes": [kept], "builtInAttributes": [], "templateAttributes": []}
    change = {"name": "trial", "displayName": "Trial 2", **lists}
    changed = api.update_template(
        template_id=id, update_template_request=settings.UpdateTemplateRequest.from_dict(change)
    )
    people = organization.PatientAPIApi(client(organization, url, token))
    patient = {
        "_name": {"firstName": "Ada", "lastName": "Lovelace"},
        "_ownerOrganization": {"id": str(uuid.UUID(int=0))},
    }
    people.create_patient_by_template_name(
        template_name="trial",
        create_patient_by_template_name_request=organization.CreatePatientByTemplateNameRequest.from_dict(
            {**patient, "site": "north"}
        ),
    )
    found = people.search_patients(organization.SearchRequestV2(filter={"_templateName": {"eq": "trial"}})).data
    try:
        api.delete_template(id)
    except settings.ApiException as error:
        refused = status_of(error)
    types = settings.EntityAPIApi(own)
    return {
        "changed": [made.display_name, changed.display_name, changed.custom_attributes[0].type],
        "same": api.get_template(id) == changed,
        "found": len(found),
        "overview": api.get_template_overview(id).statistics.entities_count,
        "refused": refused,
        "types": [len(types.get_entity_types().entity_types), types.search_entity_types().metadata.page.total_results],
        "templates": len(api.search1().data),
    }


def send(method: str, url: str, content: bytes | None = None) -> tuple[str, bytes]:
    with urllib.request.urlopen(urllib.request.Request(url, content, method=method)) as response:
        return response.headers.get("etag", ""), response.read()


def client(sdk: Any, url: str, token: str | None = None) -> Any:
    # One SDK has the service's prefix in its paths, the others expect it in the address.
    prefix = "" if sdk is organization else f"/{sdk.__name__.split('_')[1]}"
    return sdk.ApiClient(sdk.Configuration(host=f"{url}{prefix}", access_token=token))


def status_of(error: Any) -> list[Any]:
    return [error.status, json.loads(error.body)["code"]]


def services(url: str, token: str) -> dict[str, Any]:
    api = ums.ServiceUserAPIApi(client(ums, url, token))
    role = "11111111-2222-4333-8444-555555555555"
    made = api.create_service_user(ums.CreateServiceUserRequest(roleId=role, type="EXTERNAL_SERVICE", name="tool"))
    request = ums.ServiceUserAccessTokenRequest(id=made.id, secretKey=made.secret_key_data.secret_key)
    own = api.service_user_login(request).access_token
    found = api.search_service_users(ums.SearchRequestV2(filter={"name": {"eq": "tool"}}))
    key = api.create_secret_key(made.id)
    api.delete_service_user(made.id)
    try:
        api.service_user_login(request)
    except ums.ApiException as error:
        refused = status_of(error)
    return {
        "name": made.name,
        "token parts": own.count("."),
        "found": [user.name for user in found.data],
        "second key": key.secret_key != made.secret_key_data.secret_key,
        "after deletion": refused,
    }


def interceptions(url: str, token: str) -> dict[str, Any]:
    api = dispatcher.InterceptionAPIApi(client(dispatcher, url, token))
    hook = {
        "type": "PRE_REQUEST",
        "apiId": "POST/organization/v1/users/patients",
        "entityName": "patient",
        "endpoint": "https://example.com/plugin",
    }
    made = api.create_interception(dispatcher.CreateInterceptionRequest(**hook, executionOrder=7))
    found = api.search_interceptions(dispatcher.SearchRequestV2(filter={"endpoint": {"eq": hook["endpoint"]}}))
    api.delete_interception(dispatcher.DeleteInterceptionRequest(**hook))
    left = api.search_interceptions()
    try:
        api.create_interception(dispatcher.CreateInterceptionRequest(**{**hook, "apiId": "GET/nothing"}))
    except dispatcher.ApiException as error:
        refused = status_of(error)
    return {
        "order": made.execution_order,
        "found": [one.id == made.id for one in found.data],
        "left": left.metadata.page.total_results,
        "unknown": refused,
    }


def notifications(url: str, token: str) -> dict[str, Any]:
    api = dispatcher.SubscriptionAPIApi(client(dispatcher, url, token))
    hook = {"entityTypeName": "patient", "actionName": "_create", "endpoint": "https://example.com/plugin"}
    made = api.subscribe(dispatcher.SubscribeRequest(**hook))
    try:
        api.subscribe(dispatcher.SubscribeRequest(**hook))
    except dispatcher.ApiException as error:
        again = error.status
    found = api.search_subscriptions(dispatcher.SearchRequestV2(filter={"actionName": {"in": ["_create"]}}))
    api.unsubscribe(dispatcher.UnsubscribeRequest(**hook))
    try:
        api.unsubscribe(dispatcher.UnsubscribeRequest(**hook))
    except dispatcher.ApiException as error:
        gone = status_of(error)
    return {"action": made.action_name, "again": again, "found": len(found.data), "gone": gone}


def patients(url: str, token: str) -> dict[str, Any]:
    api = organization.PatientAPIApi(client(organization, url, token))
    made = [api.create_patient(new_patient(first, url, token)) for first in ("Ada", "Grace", "Mary")]
    request = organization.SearchRequestV2(
        filter={"_name.firstName": {"in": ["Ada", "Grace"]}},
        sort=[{"prop": "_name.firstName", "order": "DESC"}],
        limit=1,
        page=0,
    )
    page = api.search_patients(request)
    changed = api.update_patient(organization.UpdatePatientRequest(_description="changed"), made[0].id)
    disabled = api.change_patient_enabled_state(made[0].id, "DISABLED")
    read = api.get_patient(made[0].id)
    api.delete_patient(made[2].id)
    try:
        api.get_patient(made[2].id)
    except organization.ApiException as error:
        gone = status_of(error)
    return {
        "page": [patient.name.first_name for patient in page.data],
        "total": page.metadata.page.total_results,
        "changed": [changed.description, read.description],
        "enabled": [disabled.enabled, read.enabled],
        "gone": gone,
    }


def plugins(url: str, token: str, runtime: str, code: str, new_code: str) -> dict[str, Any]:
    api = settings.PluginV2APIApi(client(settings, url, token))
    hook = {"type": "POST_REQUEST", "apiId": "POST/organization/v1/users/patients", "order": 5}
    told = {"entityTypeName": "patient", "actionName": "_create"}
    made = api.create(
        code=code,  # the path of a file; the bytes are taken as well
        config=settings.CreatePluginRequest(
            name="demo",
            displayName="Demo",
            version=1,
            runtime=runtime,
            environmentVariables={"MODE": "first"},
            subscriptions={"interceptionOrder": 2, "interceptions": [hook], "notifications": [told]},
            cors={"allowOrigins": ["https://portal.example.com"]},
        ),
    )
    patients = organization.PatientAPIApi(client(organization, url, token))
    first = patients.create_patient(new_patient("Ada", url, token))["seen"]
    read = api.get("Plugin-demo")
    found = api.search(settings.SearchRequestV2(filter={"runtime": {"eq": runtime}, "version": {"lt": 2}}))
    change = settings.PartialUpdatePluginRequest(version=2, timeout=7)
    changed = api.partial_update("Plugin-demo", code=("new.zip", Path(new_code).read_bytes()), config=change)
    second = patients.create_patient(new_patient("Ada", url, token))["seen"]
    try:
        api.partial_update("Plugin-demo", config=settings.PartialUpdatePluginRequest(version=3))
    except settings.ApiException as error:
        refused = status_of(error)
    disabled = api.partial_update("Plugin-demo", config=settings.PartialUpdatePluginRequest(enabledState="DISABLED"))
    api.delete("Plugin-demo")
    try:
        api.get("Plugin-demo")
    except settings.ApiException as error:
        gone = status_of(error)
    credentials = api.get_docker_repository_temp_credentials()
    return {
        "made": [made.name, made.version, made.subscriptions.interceptions[0].order, made.cors.allow_origins],
        "same": read == made and found.data == [made],
        "changed": [changed.version, changed.timeout, changed.subscriptions == made.subscriptions],
        "times": changed.creation_time == made.creation_time <= changed.last_modified_time,
        "seen": [first, second],
        "refused": refused,
        "disabled": disabled.enabled_state,
        "gone": gone,
        "left": api.search().metadata.page.total_results,
        "credentials": [bool(credentials.credentials.session_token), credentials.repository_uri.split("/")[1]],
    }


def subscribable(url: str, token: str) -> dict[str, Any]:
    hooks = settings.InterceptionConfigurationAPIApi(client(settings, url, token))
    request = settings.SearchRequestV2(filter={"entityTypeName": {"eq": "patient"}}, limit=100)
    found = hooks.search3(request).data
    actions = settings.EntityAPIApi(client(settings, url, token)).get_notifiable_actions1().entity_types
    return {
        "api": "POST/organization/v1/users/patients" in [one.api_id for one in found],
        "services": sorted({one.service_prefix for one in found}),
        "action": ["patient", "_create"] in [[one.entity_name, one.action_name] for one in actions],
    }


def new_patient(first_name: str, url: str, token: str) -> Any:
    request = settings.SearchRequestV2(filter={"entityTypeName": {"eq": "patient"}})
    [template, *_] = settings.TemplateAPIApi(client(settings, url, token)).minimal_search(request).data
    return organization.CreatePatientRequest(
        _name={"firstName": first_name, "lastName": "Example"},
        _templateId=template.id,
        _ownerOrganization={"id": "00000000-0000-0000-0000-000000000000"},
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
