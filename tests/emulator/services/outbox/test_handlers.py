"""The notification service: what is accepted, what is refused, and what stays in the outbox."""

from __future__ import annotations

from typing import Any

import pytest

from biot_emulator.client import CallRefused, Client, Reply
from biot_emulator.security.well_known_ids import PLUGIN_ROLE_ID
from biot_emulator.testing import Emulator

EMAIL = "/notification/v1/send-email"
ATTACHMENT = "/notification/v1/attachment"
SMS = "/notification/v1/sms/send"
OUTBOX = "/_emulator/outbox"
MAIL = {"addressesTo": ["ada@example.com"], "subject": "Hello"}
TEXT = {"message": "Your code is 123456", "phoneNumber": "+4915100000000"}


def refused(reply: Reply) -> tuple[int, str]:
    assert isinstance(reply.body, dict)
    assert {"code", "message", "serviceName", "traceId", "environment", "details"} <= set(reply.body)
    return reply.status_code, reply.body["code"]


def test_a_mail_stays_in_the_outbox_with_all_that_it_has(emulator: Emulator) -> None:
    template = {
        "templateId": "welcome",
        "markingFields": {"name": "Ada"},
        "components": [{"templateId": "footer", "markingFields": {}}],
    }
    addresses = {"addressesCC": ["b@example.com"], "addressesBCC": ["c@example.com"]}
    mail = {**MAIL, **addresses, "locale": "en-us", "emailTemplate": template}
    content = b"\x00\xff%PDF\r\n--"
    key = emulator.call("POST", ATTACHMENT, form={"file": content}).body["key"]
    reply = emulator.call("POST", EMAIL, json={**mail, "attachmentsKeysAndNames": {key: "Ada's report.pdf"}})
    assert (reply.status_code, reply.body) == (200, None)
    [stored] = emulator.outbox()
    attachments = [{"key": key, "name": "Ada's report.pdf", "size": len(content)}]
    assert {**mail, "attachments": attachments, "kind": "EMAIL"}.items() <= stored.items()
    assert stored["senderId"] == emulator.call("GET", "/organization/v1/users/self").body["_id"]
    assert emulator.call("GET", f"{OUTBOX}/{stored['id']}").body == stored
    assert emulator.attachment(key) == content


def test_a_text_message_stays_in_the_outbox(emulator: Emulator) -> None:
    reply = emulator.call("POST", SMS, json=TEXT)
    assert reply.status_code == 200
    [stored] = emulator.outbox()
    assert {**TEXT, "kind": "SMS", "messageId": reply.body["messageId"]}.items() <= stored.items()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"addressesTo": None}, "[addressesTo]"),
        ({"addressesTo": []}, "[addressesTo]"),
        ({"addressesTo": "ada@example.com"}, "[addressesTo]"),
        ({"addressesTo": ["ada"]}, "[addressesTo]"),
        ({"addressesTo": ["ada@example.com, eve@example.com"]}, "[addressesTo]"),
        ({"addressesCC": ["ada@example.com\r\nBcc: eve@example.com"]}, "[addressesCC]"),
        ({"addressesBCC": ["@example.com"]}, "[addressesBCC]"),
        ({"addressesBCC": [f"{'a' * 320}@example.com"]}, "[addressesBCC]"),
        ({"addressesCC": ["ada@example.com"] * 50}, "[addressesTo]"),
        ({"subject": "Hello\nBcc: eve@example.com"}, "[subject]"),
        ({"subject": 7}, "[subject]"),
        ({"locale": []}, "[locale]"),
        ({"emailTemplate": "welcome"}, "[emailTemplate]"),
        ({"emailTemplate": {"templateId": 7}}, "[emailTemplate.templateId]"),
        ({"emailTemplate": {"markingFields": {"age": 36}}}, "[emailTemplate.markingFields]"),
        ({"emailTemplate": {"components": {}}}, "[emailTemplate.components]"),
        ({"emailTemplate": {"components": [{}, {"templateId": []}]}}, "[emailTemplate.components[1].templateId]"),
        ({"attachmentsKeysAndNames": {"nothing": "report.pdf"}}, "[attachmentsKeysAndNames]"),
        ({"attachmentsKeysAndNames": ["report.pdf"]}, "[attachmentsKeysAndNames]"),
    ],
)
def test_what_is_no_mail_is_refused_and_not_stored(emulator: Emulator, change: dict[str, Any], field: str) -> None:
    reply = emulator.call("POST", EMAIL, json={**MAIL, **change})
    assert refused(reply) == (400, "BAD_REQUEST")
    assert field in reply.body["message"]
    assert "eve" not in reply.body["message"]
    assert emulator.outbox() == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"phoneNumber": None}, "[phoneNumber]"),
        ({"phoneNumber": "1234"}, "[phoneNumber]"),
        ({"phoneNumber": "1234567890123456"}, "[phoneNumber]"),
        ({"phoneNumber": "+49 151 000"}, "[phoneNumber]"),
        ({"phoneNumber": "12345+"}, "[phoneNumber]"),
        ({"phoneNumber": "١٢٣٤٥"}, "[phoneNumber]"),
        ({"phoneNumber": 12345}, "[phoneNumber]"),
        ({"message": None}, "[message]"),
        ({"message": ["Hello"]}, "[message]"),
    ],
)
def test_what_is_no_text_message_is_refused_and_not_stored(
    emulator: Emulator, change: dict[str, Any], field: str
) -> None:
    reply = emulator.call("POST", SMS, json={**TEXT, **change})
    assert refused(reply) == (400, "BAD_REQUEST")
    assert field in reply.body["message"]
    assert str(change.get("phoneNumber") or "#") not in reply.body["message"]
    assert emulator.outbox() == []


def test_an_attachment_is_a_form_with_a_file(emulator: Emulator) -> None:
    assert refused(emulator.call("POST", ATTACHMENT, form={"other": b"x"})) == (400, "BAD_REQUEST")
    assert refused(emulator.call("POST", ATTACHMENT, json={"file": "x"})) == (400, "BAD_REQUEST")


def test_the_outbox_is_filtered_and_cleared(emulator: Emulator) -> None:
    key = emulator.call("POST", ATTACHMENT, form={"file": b"report"}).body["key"]
    for number, name in enumerate(("ada", "grace")):
        mail = {"addressesTo": ["x@example.com"], "addressesBCC": [f"{name}@example.com"], "subject": str(number)}
        assert emulator.call("POST", EMAIL, json=mail).status_code == 200
    assert emulator.call("POST", SMS, json=TEXT).status_code == 200
    assert [message["kind"] for message in emulator.outbox()] == ["EMAIL", "EMAIL", "SMS"]
    assert [message["subject"] for message in emulator.outbox("EMAIL")] == ["0", "1"]
    assert [message["subject"] for message in emulator.outbox(to="GRACE@example.com")] == ["1"]
    assert [message["kind"] for message in emulator.outbox(to=TEXT["phoneNumber"])] == ["SMS"]
    assert emulator.outbox("SMS", "ada@example.com") == []
    page = emulator.call("GET", f"{OUTBOX}?limit=1").body
    assert ([message["kind"] for message in page["data"]], page["totalResults"]) == (["SMS"], 3)
    assert refused(emulator.call("GET", f"{OUTBOX}?kind=FAX")) == (400, "BAD_REQUEST")
    assert refused(emulator.call("GET", f"{OUTBOX}?limit=0")) == (400, "BAD_REQUEST")
    assert refused(emulator.call("GET", f"{OUTBOX}/nothing")) == (404, "NOT_FOUND")
    assert emulator.call("DELETE", OUTBOX).status_code == 204
    assert emulator.outbox() == []
    with pytest.raises(CallRefused):
        emulator.attachment(key)
    gone = emulator.call("POST", EMAIL, json={**MAIL, "attachmentsKeysAndNames": {key: "report.pdf"}})
    assert refused(gone) == (400, "BAD_REQUEST")


def test_only_the_administrator_looks_into_the_outbox(emulator: Emulator) -> None:
    nobody = Client(emulator.url)
    service = plugin_service(emulator)
    for method, path in (("GET", OUTBOX), ("GET", f"{OUTBOX}/x"), ("DELETE", OUTBOX)):
        assert refused(nobody.call(method, path)) == (401, "TOKEN_NOT_VALID")
        assert refused(service.call(method, path)) == (403, "ACCESS_DENIED")
    assert refused(service.call("GET", f"{OUTBOX}/attachments/x")) == (403, "ACCESS_DENIED")
    assert nobody.call("GET", "/notification/system/healthCheck").status_code == 200


def test_plugins_and_the_administrator_send_and_nobody_else(emulator: Emulator) -> None:
    role = emulator.call("POST", "/ums/v2/admin/roles", json={"name": "reader", "permissionIds": []}).body["id"]
    for path, message in ((EMAIL, MAIL), (SMS, TEXT)):
        assert refused(Client(emulator.url).call("POST", path)) == (401, "TOKEN_NOT_VALID")
        assert refused(plugin_service(emulator, role).call("POST", path, json=message)) == (403, "ACCESS_DENIED")
        for sender in (emulator, plugin_service(emulator)):
            assert sender.call("POST", path, json=message).status_code == 200
    assert refused(plugin_service(emulator, role).call("POST", ATTACHMENT)) == (403, "ACCESS_DENIED")


def plugin_service(emulator: Emulator, role: str = PLUGIN_ROLE_ID) -> Client:
    created = emulator.call("POST", "/ums/v2/services", json={"type": "EXTERNAL_SERVICE", "roleId": role}).body
    secret = {"id": created["id"], "secretKey": created["secretKeyData"]["secretKey"]}
    login = Client(emulator.url).call("POST", "/ums/v2/services/accessToken", json=secret)
    return Client(emulator.url, login.body["accessToken"])


def test_an_attachment_is_never_shown_as_a_page(emulator: Emulator) -> None:
    key = emulator.call("POST", ATTACHMENT, form={"file": b"<script>alert(1)</script>"}).body["key"]
    headers = emulator.call("GET", f"{OUTBOX}/attachments/{key}").headers
    assert headers["content-type"] == "application/octet-stream"
    assert headers["content-disposition"] == "attachment"
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", [EMAIL, SMS])
def test_a_message_has_a_size(emulator: Emulator, path: str) -> None:
    reply = emulator.call("POST", path, json={**MAIL, **TEXT, "message": "x" * (128 * 1024)})
    assert refused(reply) == (413, "PAYLOAD_TOO_LARGE")


def test_nothing_of_a_message_is_logged(emulator: Emulator, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        emulator.call("POST", EMAIL, json=MAIL)
        emulator.call("POST", EMAIL, json={**MAIL, "addressesCC": ["eve"]})
        emulator.call("POST", SMS, json=TEXT)
    assert not any(text in caplog.text for text in ("ada@example.com", "eve", "123456", "Hello"))
