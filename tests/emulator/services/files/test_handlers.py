"""The file service as it is published: answers by their schemas, refusals by their codes."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

import pytest

from biot_emulator.client import Client, Reply
from biot_emulator.security.well_known_ids import ADMINISTRATOR_ROLE_ID
from biot_emulator.testing import Emulator
from tests.emulator.conftest import code_zip, interception
from tests.emulator.people import clinic
from tests.emulator.services.files.contents import (
    CSV,
    DESCRIPTION,
    FILES,
    MEBIBYTE,
    PARTS,
    check_answer,
    in_parts,
    send,
    stored,
    url_of,
)

PART = b"x" * (5 * MEBIBYTE)


def refused(reply: Reply) -> tuple[int, str, dict[str, Any]]:
    return reply.status_code, reply.body["code"], reply.body["details"]


def test_a_file_goes_there_and_back(emulator: Emulator) -> None:
    id = stored(emulator, b"content")
    for query, disposition in (("", "inline"), ("?contentDisposition=ATTACHMENT", "attachment")):
        found = emulator.call("GET", f"{FILES}/{id}/download{query}")
        assert (found.status_code, found.body["name"], found.body["mimeType"]) == (200, *CSV.values())
        fetched = send("GET", found.body["signedUrl"])
        assert (fetched.status, fetched.content, fetched.headers["content-type"]) == (200, b"content", "text/csv")
        assert fetched.headers["content-disposition"].startswith(f'{disposition}; filename="ecg.csv"')


@pytest.mark.skipif(not DESCRIPTION.is_file(), reason="the published description is not here")
def test_every_operation_answers_by_its_schema(emulator: Emulator) -> None:
    id, parts = in_parts(emulator, PART, b"the end")
    whole = stored(emulator)
    other, _ = in_parts(emulator, b"1")
    calls: list[tuple[str, str, str, Any]] = [
        ("GET", "/system/healthCheck", "", None),
        ("POST", "/v1/files/upload", "", CSV),
        ("POST", "/v1/files/upload/parts", "", {**CSV, "parts": 3}),
        ("POST", "/v1/files/upload/parts/{id}", id, {"fromPart": 2, "toPart": 4}),
        ("PUT", "/v1/files/upload/parts/{id}", id, {"parts": parts[:1]}),
        ("POST", "/v1/files/upload/parts/{id}/complete", id, {"parts": parts[1:]}),
        ("GET", "/v1/files/{id}/download", whole, None),
        ("DELETE", "/v1/files/upload/parts/{id}/cancel", other, None),
    ]
    for method, path, file, json in calls:
        reply = emulator.call(method, f"/file{path.replace('{id}', file)}", json=json)
        assert reply.status_code == (204 if method == "DELETE" else 200), (method, path, reply.body)
        check_answer(method, path, reply.status_code, reply.body)
    assert send("GET", url_of(emulator, id)).content == PART + b"the end"


NOBODY = str(uuid.UUID(int=7))


@pytest.mark.parametrize(
    ("method", "path", "json"),
    [
        ("GET", f"{FILES}/{NOBODY}/download", None),
        ("POST", f"{PARTS}/{NOBODY}", {"fromPart": 1, "toPart": 1}),
        ("PUT", f"{PARTS}/{NOBODY}", {"parts": [{"partNumber": 1}]}),
        ("POST", f"{PARTS}/{NOBODY}/complete", None),
        ("DELETE", f"{PARTS}/{NOBODY}/cancel", None),
    ],
)
def test_a_file_that_is_not_there(emulator: Emulator, method: str, path: str, json: Any) -> None:
    assert refused(emulator.call(method, path, json=json)) == (404, "FILE_ID_NOT_FOUND", {"ids": [NOBODY]})


def test_only_an_upload_that_goes_on_takes_parts(emulator: Emulator) -> None:
    complete, parts = in_parts(emulator, b"1")
    assert emulator.call("POST", f"{PARTS}/{complete}/complete", json={"parts": parts}).status_code == 200
    for id in (complete, stored(emulator)):
        for method, path, json in (
            ("POST", f"{PARTS}/{id}", {"fromPart": 1, "toPart": 1}),
            ("PUT", f"{PARTS}/{id}", {"parts": parts}),
            ("POST", f"{PARTS}/{id}/complete", None),
            ("DELETE", f"{PARTS}/{id}/cancel", None),
        ):
            reply = emulator.call(method, path, json=json)
            assert refused(reply) == (403, "FILE_IS_NOT_UNCOMPLETED_MULTIPLE_PART_UPLOAD", {"id": id})


def test_parts_are_refused_with_their_codes(emulator: Emulator) -> None:
    id, [one, two] = in_parts(emulator, b"1", b"2")
    save, complete = f"{PARTS}/{id}", f"{PARTS}/{id}/complete"

    def put(*parts: Any) -> tuple[int, str, Any]:
        return refused(emulator.call("PUT", save, json={"parts": list(parts)}))

    def finish(*parts: Any) -> tuple[int, str, Any]:
        return refused(emulator.call("POST", complete, json={"parts": list(parts)}))

    invalid = (400, "MULTIPLE_PART_UPLOAD_INVALID_PART_NUMBER")
    assert put() == (400, "PARTS_MUST_NOT_BE_EMPTY", {})
    for refuse in (put, finish):
        assert refuse(one, one) == (
            400,
            "MULTIPLE_PART_UPLOAD_REPEATING_PART_NUMBERS",
            {"repeatingPartNumbers": [1]},
        )
        for number in (0, -1, 3):
            changed = {**one, "partNumber": number}
            assert refuse(changed) == (*invalid, {"invalidPartNumbers": [number], "id": id})
    none = (409, "MULTIPLE_PART_UPLOAD_HAS_NO_UPLOADED_ETAGS", {"id": id})
    assert finish() == none
    assert refused(emulator.call("POST", complete)) == none
    assert finish({**one, "etag": "0" * 32}) == (*invalid, {"invalidPartNumbers": [1], "id": id})
    assert finish(one, two) == (*invalid, {"invalidPartNumbers": [1], "id": id}), "only the last may be small"
    reply = emulator.call("POST", save, json={"fromPart": 5, "toPart": 4})
    assert refused(reply) == (400, "FROM_PART_LARGER_THAN_TO_PART", {"fromPart": 5, "toPart": 4})


def test_only_parts_whose_etags_were_sent_make_up_the_file(emulator: Emulator) -> None:
    id, parts = in_parts(emulator, PART, PART, b"end")
    assert emulator.call("PUT", f"{PARTS}/{id}", json={"parts": parts}).status_code == 200
    left_out = {"partNumber": 2}
    assert emulator.call("PUT", f"{PARTS}/{id}", json={"parts": [left_out]}).status_code == 200
    done = emulator.call("POST", f"{PARTS}/{id}/complete")
    fetched = send("GET", done.body["signedUrl"])
    assert fetched.content == PART + b"end"
    assert fetched.headers["etag"].endswith('-2"')


def test_a_part_that_is_sent_again_replaces_the_first(emulator: Emulator) -> None:
    made = emulator.call("POST", PARTS, json={**CSV, "parts": 1}).body
    [part] = made["signedUrls"]
    first, second = (send("PUT", part["signedUrl"], content).headers["etag"] for content in (b"first", b"second"))
    done = f"{PARTS}/{made['id']}/complete"
    old = emulator.call("POST", done, json={"parts": [{"partNumber": 1, "etag": first}]})
    assert old.status_code == 400
    reply = emulator.call("POST", done, json={"parts": [{"partNumber": 1, "etag": second.strip('"')}]})
    assert send("GET", reply.body["signedUrl"]).content == b"second"


def test_more_parts_can_be_requested_and_urls_say_when_they_expire(emulator: Emulator) -> None:
    made = emulator.call("POST", PARTS, json={**CSV, "parts": 2}).body
    assert [part["partNumber"] for part in made["signedUrls"]] == [1, 2]
    more = emulator.call("POST", f"{PARTS}/{made['id']}", json={"fromPart": 4, "toPart": 10_000}).body
    assert (more["parts"], len(more["signedUrls"])) == (10_000, 9_997)
    again = emulator.call("POST", f"{PARTS}/{made['id']}", json={"fromPart": 1, "toPart": 1}).body
    assert (again["parts"], [part["partNumber"] for part in again["signedUrls"]]) == (10_000, [1])
    expires = datetime.fromisoformat(again["signedUrls"][0]["expirationTime"])
    assert expires > datetime.now(UTC)


def test_a_cancelled_upload_is_gone(emulator: Emulator) -> None:
    id, _ = in_parts(emulator, b"1")
    url = emulator.call("POST", f"{PARTS}/{id}", json={"fromPart": 1, "toPart": 1}).body["signedUrls"][0]["signedUrl"]
    assert emulator.call("DELETE", f"{PARTS}/{id}/cancel").status_code == 204
    assert send("PUT", url, b"2").code == "FILE_ID_NOT_FOUND"
    assert refused(emulator.call("DELETE", f"{PARTS}/{id}/cancel"))[:2] == (404, "FILE_ID_NOT_FOUND")


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "n" * 129},
        {"name": ""},
        {"name": None},
        {"name": 7},
        {"mimeType": "text/" + "x" * 96},
        {"mimeType": "csv"},
        {"mimeType": "text/csv\r\nx: y"},
        {"mimeType": None},
    ],
)
def test_a_name_or_type_that_cannot_be(emulator: Emulator, wrong: dict[str, Any]) -> None:
    for path, body in ((f"{FILES}/upload", CSV), (PARTS, {**CSV, "parts": 1})):
        assert refused(emulator.call("POST", path, json={**body, **wrong}))[:2] == (400, "BAD_REQUEST")


@pytest.mark.parametrize("parts", [0, 10_001, -1, "many", None, 1.5])
def test_a_number_of_parts_that_cannot_be(emulator: Emulator, parts: Any) -> None:
    assert refused(emulator.call("POST", PARTS, json={**CSV, "parts": parts}))[:2] == (400, "BAD_REQUEST")


def test_what_else_is_no_request(emulator: Emulator) -> None:
    id = stored(emulator)
    assert refused(emulator.call("GET", f"{FILES}/{id}/download?contentDisposition=PRINT"))[:2] == (400, "BAD_REQUEST")
    assert refused(emulator.call("GET", f"{FILES}/none/download"))[:2] == (400, "BAD_REQUEST")
    upload, _ = in_parts(emulator, b"1")
    for parts in (None, "x", [7], [{"etag": "x"}], [{"partNumber": 1, "etag": 7}]):
        for method, path in (("PUT", f"{PARTS}/{upload}"), ("POST", f"{PARTS}/{upload}/complete")):
            assert refused(emulator.call(method, path, json={"parts": parts}))[:2] == (400, "BAD_REQUEST")
    pending = emulator.call("GET", f"{FILES}/{upload}/download")
    assert refused(pending)[:2] == (404, "FILE_ID_NOT_FOUND")


def member(emulator: Emulator, organization: str, name: str, *, administrator: bool = False) -> Client:
    from biot_emulator.services.ums.users import Users

    users = Users(emulator.platform.store, (emulator.username, emulator.password))
    users.create(name, "secret", organization_id=organization, administrator=administrator)
    return emulator.as_user(name, "secret")


def test_a_file_belongs_to_an_organization(emulator: Emulator) -> None:
    first, second = str(uuid.uuid4()), str(uuid.uuid4())
    owner, colleague = member(emulator, first, "a@b.c"), member(emulator, first, "b@b.c")
    strangers = [
        member(emulator, second, "c@b.c"),
        member(emulator, second, "d@b.c", administrator=True),
        member(emulator, "00000000-0000-0000-0000-000000000000", "e@b.c"),
    ]
    id = stored(owner)
    upload, parts = in_parts(owner, b"1")
    for stranger in strangers:
        for method, path, json in (
            ("GET", f"{FILES}/{id}/download", None),
            ("POST", f"{PARTS}/{upload}", {"fromPart": 1, "toPart": 1}),
            ("PUT", f"{PARTS}/{upload}", {"parts": parts}),
            ("POST", f"{PARTS}/{upload}/complete", {"parts": parts}),
            ("DELETE", f"{PARTS}/{upload}/cancel", None),
        ):
            assert refused(stranger.call(method, path, json=json))[:2] == (403, "ACCESS_DENIED")
    for friend in (colleague, emulator, service_of(emulator)):
        assert send("GET", url_of(friend, id)).status == 200


def test_a_patient_reaches_its_own_files_alone(emulator: Emulator) -> None:
    home = clinic(emulator, "North")
    patient, other, caregiver = (home.callers[role] for role in ("patient", "other-patient", "caregiver"))
    own, of_caregiver = stored(patient), stored(caregiver)
    upload, parts = in_parts(caregiver, b"1")
    for caller, id in ((other, own), (patient, of_caregiver), (other, of_caregiver)):
        assert refused(caller.call("GET", f"{FILES}/{id}/download"))[:2] == (403, "ACCESS_DENIED")
    assert refused(patient.call("PUT", f"{PARTS}/{upload}", json={"parts": parts}))[:2] == (403, "ACCESS_DENIED")
    for caller, id in ((patient, own), (caregiver, own), (caregiver, of_caregiver)):
        assert send("GET", url_of(caller, id)).status == 200


def service_of(emulator: Emulator) -> Client:
    body = {"roleId": ADMINISTRATOR_ROLE_ID, "type": "EXTERNAL_SERVICE"}
    made = emulator.call("POST", "/ums/v2/services", json=body).body
    login = {"id": made["id"], "secretKey": made["secretKeyData"]["secretKey"]}
    return Client(emulator.url, emulator.call("POST", "/ums/v2/services/accessToken", json=login).body["accessToken"])


CODE = """
import json

def handler(event, context):
    body = json.loads(event["body"])
    if not body.get("response"):
        return {"request": body["request"]}
    body["response"]["body"]["name"] = "seen"
    return {"response": body["response"]}
"""


@pytest.mark.slow
def test_a_download_can_be_intercepted_and_no_record_has_its_url(emulator: Emulator) -> None:
    api = "GET/file/v1/files/{id}/download"
    hooks = [interception("PRE_REQUEST", api), interception("POST_REQUEST", api)]
    emulator.deploy(code_zip(CODE), subscriptions={"interceptions": hooks})
    id = stored(emulator)
    found = emulator.call("GET", f"{FILES}/{id}/download")
    assert (found.status_code, found.body.get("name")) == (200, "seen"), found.body
    assert send("GET", found.body["signedUrl"]).status == 200
    signature = found.body["signedUrl"].rpartition("=")[2]
    assert signature not in str(emulator.invocations())


def test_a_listed_api_is_interceptable_once(emulator: Emulator) -> None:
    listed = emulator.search("/settings/v1/interceptions", {"filter": {"entityTypeName": {"eq": "file"}}})
    assert [entry["apiId"] for entry in listed] == ["GET/file/v1/files/{id}/download"]
