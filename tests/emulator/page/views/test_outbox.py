"""The outbox in the page."""

from __future__ import annotations

import re
import urllib.request

from biot_emulator.testing import Emulator
from tests.emulator.page.conftest import Browser

OUTBOX = "/_emulator/page/outbox"


def _attach(emulator: Emulator, name: str, content: bytes) -> str:
    boundary = "x" * 20
    head = f'--{boundary}\r\ncontent-disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    body = head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
    headers = {"authorization": f"Bearer {emulator.token}", "content-type": f"multipart/form-data; boundary={boundary}"}
    request = urllib.request.Request(f"{emulator.url}/notification/v1/attachment", body, headers)
    with urllib.request.urlopen(request) as response:
        match = re.search(rb'"key":"([^"]+)"', response.read())
    assert match
    return match[1].decode()


def test_messages_are_listed_filtered_read_and_cleared(browser: Browser, emulator: Emulator) -> None:
    sms = {"phoneNumber": "+4912345678", "message": "Your <b>appointment</b> is tomorrow"}
    assert emulator.call("POST", "/notification/v1/sms/send", json=sms).status_code == 200
    key = _attach(emulator, "report.html", b"<script>1</script>")
    mail = {
        "addressesTo": ["ada@example.com"],
        "subject": "Your report",
        "emailTemplate": {
            "templateId": "t",
            "markingFields": {"name": "Ada"},
            "components": [{"markingFields": {"x": "y"}}],
        },
        "attachmentsKeysAndNames": {key: "report.html"},
    }
    assert emulator.call("POST", "/notification/v1/send-email", json=mail).status_code == 200

    listed = browser.get(OUTBOX).text
    assert "Your report" in listed
    assert "<b>appointment" not in listed
    assert "Your report" not in browser.get(f"{OUTBOX}?kind=SMS").text
    assert "appointment" not in browser.get(f"{OUTBOX}?to=ada@example.com").text
    assert "No message" in browser.get(f"{OUTBOX}?to=nobody@example.com").text

    for message in emulator.outbox():
        assert browser.get(f"{OUTBOX}/{message['id']}").status == 200
    page = browser.get(f"{OUTBOX}/{emulator.outbox('EMAIL')[-1]['id']}").text
    assert all(text in page for text in ("ada@example.com", "Ada", "report.html"))
    link = re.search(r'href="([^"]*/attachments/[^"]*)"', page)
    assert link
    attachment = browser.get(link[1])
    assert attachment.text == "<script>1</script>"
    assert attachment.headers["content-disposition"].startswith('attachment; filename="report.html"')
    assert attachment.headers["content-type"] == "application/octet-stream"

    assert browser.submit(f"{OUTBOX}/clear", {}).status == 303
    assert emulator.outbox() == []
    assert browser.get(f"{OUTBOX}/nothing").status == 404
