"""The page in a real browser: what happens appears, can be done again, and nobody else drives it."""

from __future__ import annotations

import json
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from biot_emulator.server.background_thread import Server
from biot_emulator.testing import Emulator
from biot_emulator.timelines.recorded_calls import CallKind, Sent
from tests.emulator.conftest import PATIENTS, code_zip
from tests.emulator.page.conftest import ADMIN
from tests.emulator.page.scenarios.conftest import PERSON, Elsewhere, Gate, root
from tests.emulator.page.scenarios.settled import SETTLE_TEXTS, settle

pytestmark = [pytest.mark.slow, pytest.mark.long(40)]

Scheme = Literal["light", "dark"]

CLOCK = "/_emulator/page/control/clock"


@contextmanager
def calling(emulator: Emulator, body: Any) -> Iterator[None]:
    """Create a patient in the background."""
    thread = threading.Thread(target=emulator.call, args=("POST", PATIENTS), kwargs={"json": body})
    thread.start()
    yield
    thread.join()


def create(emulator: Emulator, body: Any) -> str:
    """Create a patient, and return the id of the call."""
    assert emulator.call("POST", PATIENTS, json=body).status_code == 201
    emulator.wait_for_notifications()
    return str(calls_of_patients(emulator)[0]["id"])


def calls_of_patients(emulator: Emulator) -> list[dict[str, Any]]:
    calls = emulator.call("GET", "/_emulator/calls?hook=PRE_REQUEST").body["data"]
    return [call for call in calls if call["address"] == PATIENTS]


def body_of(call: dict[str, Any]) -> Any:
    return call["request"]["body"]


def test_a_call_through_two_plugins_appears_while_it_happens(
    page: Page, server: Server, emulator: Emulator, gate: Gate
) -> None:
    gate.passes.clear()
    page.goto(root(server))
    expect(page.get_by_role("button", name="Live")).to_be_visible()
    loaded = page.evaluate("performance.timeOrigin")
    with calling(emulator, PERSON):
        row = page.locator("tr[data-id]", has_text=PATIENTS).first
        expect(row).to_contain_text("Running")
        expect(row.locator(".dots i")).to_have_count(2)
        expect(row.locator(".names")).to_have_text("Plugin-tidy, Plugin-consent")
        assert page.evaluate("performance.timeOrigin") == loaded, "nothing was loaded again"
        row.get_by_role("link", name=PATIENTS).click()
        expect(page.locator(".waterfall li")).to_have_count(2)
        expect(page.locator(".waterfall li").nth(1)).to_contain_text("Running")
        loaded = page.evaluate("performance.timeOrigin")
        gate.passes.set()
        expect(page.locator(".waterfall li .kind")).to_have_text(["PRE_REQUEST", "PRE_REQUEST", "API", "NOTIFICATION"])
        expect(page.locator(".facts")).to_contain_text("201")
        expect(page.locator(".step.notification")).to_contain_text("TypeError")
    assert page.evaluate("performance.timeOrigin") == loaded
    steps = page.locator("section[aria-label=Steps]")
    expect(steps.locator(".difference").first).to_contain_text("/body/_name/firstName")
    expect(steps.locator(".difference del").first).to_contain_text(" ada ")
    expect(steps.locator(".difference ins").first).to_contain_text("Ada")
    expect(steps.locator(".log").first).to_contain_text("tidying the names of a new patient")
    expect(steps.locator(".traceback")).to_contain_text('patient["_caregiver"]["id"]')
    expect(steps.locator(".made li")).to_contain_text(
        ["/ums/v2/services/accessToken", "/organization/v1/organizations"]
    )
    expect(steps.locator(".tag.cold")).to_have_count(2)
    assert "secretKey" not in page.content() or "<hidden>" in page.inner_text("body")
    assert "hush-hush" not in page.content()


def test_what_somebody_has_opened_and_written_stays_while_the_page_changes(
    page: Page, server: Server, emulator: Emulator, gate: Gate
) -> None:
    gate.passes.clear()
    with calling(emulator, PERSON):
        page.goto(root(server))
        page.locator("tr[data-id]", has_text="Running").first.get_by_role("link", name=PATIENTS).click()
        request = page.locator("#step-request")
        request.locator("summary").first.click()
        expect(page.locator(".waterfall li")).to_have_count(2)
        name = page.get_by_label("Name of the event file").first
        name.fill("half-writ")
        gate.passes.set()
        expect(page.locator(".facts")).to_contain_text("201")
        expect(page.locator(".waterfall li")).to_have_count(4)
        expect(request).to_have_attribute("open", "")
        expect(name).to_have_value("half-writ")
        expect(name).to_be_focused()
        expect(page.locator("[data-news]")).to_contain_text("Status 201, 4 steps")


def test_a_call_is_sent_again_with_a_change(page: Page, server: Server, emulator: Emulator) -> None:
    id = create(emulator, PERSON)
    page.goto(f"{root(server)}page/calls/{id}")
    page.get_by_role("link", name="Edit and send").click()
    text = page.get_by_label("Body")
    text.fill(text.input_value().replace(" ada ", "grace"))
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("status").first).to_contain_text("Sent again")
    expect(page.locator(".facts")).to_contain_text("201")
    new = page.url.partition("#")[0].rpartition("/")[2]
    assert new != id
    emulator.wait_for_notifications()
    call = emulator.call("GET", f"/_emulator/calls/{new}").body
    assert call["resentFrom"] == id
    assert body_of(call)["_name"]["firstName"] == "grace"
    assert call["response"]["body"]["_name"]["firstName"] == "Grace"
    page.get_by_role("link", name="an earlier call").click()
    expect(page.locator(".facts")).to_contain_text("Sent again as")


def test_a_call_that_is_sent_again_as_it_is_has_the_same_bytes(page: Page, server: Server, emulator: Emulator) -> None:
    odd = b'{"_name":  {"firstName":"Ada",\r\n"lastName":"L"} , "_description": "a\\u0041"}'
    assert emulator.call("POST", PATIENTS, content=odd).status_code == 201
    emulator.wait_for_notifications()
    page.goto(f"{root(server)}page/calls/{calls_of_patients(emulator)[0]['id']}/edit")
    page.get_by_label("Query").fill("x=1")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".facts")).to_contain_text("201")
    recorded = server.platform.calls.get(page.url.partition("#")[0].rpartition("/")[2])
    assert recorded
    assert recorded.sent
    assert (recorded.sent.content, recorded.sent.query) == (odd, "x=1")
    emulator.wait_for_notifications()


def test_a_call_is_copied_as_a_command(context: BrowserContext, page: Page, server: Server, emulator: Emulator) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{root(server)}page/calls/{create(emulator, PERSON)}")
    page.get_by_role("button", name="Copy as curl").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    command = page.evaluate("navigator.clipboard.readText()")
    assert command.startswith(f"curl -sS {server.url}{PATIENTS} ")
    assert "$TOKEN" in command
    assert "LOVELACE" in command


def test_an_event_is_saved_in_the_repository_and_downloaded(
    page: Page, server: Server, emulator: Emulator, event_folder: Path
) -> None:
    page.goto(f"{root(server)}page/calls/{create(emulator, PERSON)}")
    step = page.locator("details.step.pre-request").first
    step.get_by_label("Name of the event file").fill("new-patient")
    step.get_by_role("button", name="Save in events/").click()
    expect(page.get_by_role("status").first).to_contain_text("new-patient.json")
    event = json.loads((event_folder / "new-patient.json").read_text(encoding="utf-8"))
    assert event["headers"]["authorization"] == "Bearer SIGN_ME"
    with page.expect_download() as download:
        page.locator("details.step.pre-request").first.get_by_role("link", name="Download the event").click()
    assert json.loads(Path(download.value.path()).read_text(encoding="utf-8")) == event

    before = (event_folder / "new-patient.json").read_bytes()
    for name, message in (("new-patient", "exists already"), ("../outside", "letters, digits")):
        page.go_back() if "calls/" not in page.url else None
        step = page.locator("details.step.pre-request").first
        step.get_by_label("Name of the event file").fill(name)
        step.locator("form.save").evaluate("form => { form.noValidate = true; form.requestSubmit(); }")
        expect(page.get_by_role("alert")).to_contain_text(message)
        page.go_back()
    assert (event_folder / "new-patient.json").read_bytes() == before
    assert [file.name for file in event_folder.iterdir()] == ["new-patient.json"]
    assert not (event_folder.parent / "outside.json").exists()


def test_filters_are_part_of_the_address(page: Page, server: Server, emulator: Emulator) -> None:
    create(emulator, PERSON)
    page.goto(root(server))
    page.get_by_label("Plugin", exact=True).select_option("Plugin-consent")
    page.get_by_label("Hook", exact=True).select_option("NOTIFICATION")
    page.get_by_label("Status", exact=True).select_option("failed")
    page.get_by_role("button", name="Filter").click()
    assert "plugin=Plugin-consent" in page.url
    rows = page.locator("tr[data-id]")
    assert rows.count() >= 1
    for row in rows.all():
        expect(row.locator(".names")).to_contain_text("Plugin-consent")
    page.goto(f"{root(server)}")
    page.get_by_label("Hook", exact=True).select_option("patient _create")
    page.get_by_role("button", name="Filter").click()
    expect(rows.first.locator(".names")).to_contain_text("Plugin-consent")
    rows.first.locator(".trace").click()
    trace = page.get_by_label("Trace", exact=True).input_value()
    assert re.fullmatch("[0-9a-f]{32}", trace)
    page.get_by_label("Trace", exact=True).fill("0" * 32)
    page.get_by_role("button", name="Filter").click()
    expect(page.locator("[data-empty]")).to_contain_text("No call is like this")


ATTACK = """
<form id=f method=post action="{server}{path}" enctype="{type}" target=_self>
  <input name=now value="2031-01-03T01:44:59Z"><input name=form-token value=x></form>
<img src="{server}/_emulator/"><iframe src="{server}/_emulator/"></iframe>
<script>
window.results = [];
const body = JSON.stringify({{now: "2031-01-03T01:44:59Z"}});
async function attack() {{
  for (const [method, address] of [["POST", "{server}{path}"], ["POST", "{server}/_emulator/reset"],
      ["PUT", "{server}/_emulator/clock"], ["POST", "{server}/_emulator/keys"], ["GET", "{server}/_emulator/"]]) {{
    for (const mode of ["no-cors", "cors"]) {{
      try {{
        const options = {{method, mode, credentials: "include", body: method === "GET" ? undefined : body}};
        const answer = await fetch(address, options);
        window.results.push(answer.type === "opaque" ? "opaque" : "read " + answer.status);
      }} catch {{ window.results.push("refused"); }}
    }}
  }}
  window.done = true;
}}
attack();
</script>
"""


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "evil.example"])
def test_another_site_in_the_same_browser_changes_nothing(
    page: Page, server: Server, emulator: Emulator, elsewhere: Elsewhere, name: str
) -> None:
    keys = emulator.platform.tokens.public_keys()
    for type in ("application/x-www-form-urlencoded", "text/plain", "multipart/form-data"):
        elsewhere.pages["/attack"] = ATTACK.format(server=server.url, path=CLOCK, type=type)
        page.goto(f"{elsewhere.url.replace('127.0.0.1', name)}/attack")
        page.wait_for_function("window.done")
        results = page.evaluate("window.results")
        assert len(results) == 10
        assert set(results) <= {"opaque", "refused"}, "nothing can be read"
        assert all("BioT" not in frame.content() for frame in page.frames[1:]), "it is in no frame"
        page.evaluate("document.getElementById('f').submit()")
        expect(page.locator("body")).to_contain_text("nothing was changed")
    assert not emulator.call("GET", "/_emulator/clock").body["now"].startswith("2031")
    assert emulator.platform.tokens.public_keys() == keys
    assert emulator.call("GET", "/settings/v2/plugins/Plugin-tidy").status_code == 200, "it was not reset"


def test_a_name_that_leads_to_this_machine_leads_not_to_the_page(page: Page, server: Server) -> None:
    answer = page.goto(f"http://evil.example:{server.port}/_emulator/page/log-in")
    assert answer
    assert answer.status == 403
    expect(page.locator("body")).to_contain_text("open the page by its IP address")


def test_what_a_plugin_shows_at_the_same_host_reads_nothing_of_the_page(
    page: Page, server: Server, emulator: Emulator
) -> None:
    reply = "{'statusCode': 200, 'headers': {'content-type': 'text/html'}, 'body': '<h1>Mine</h1>'}"
    address = emulator.deploy(code_zip(f"def handler(event, context): return {reply}"), "shown")["endpointUrl"]
    page.goto(address)
    expect(page.get_by_role("heading")).to_have_text("Mine")
    assert page.evaluate("origin") == "null"
    attempt = "path => fetch(path, {credentials: 'include'}).then(a => 'read ' + a.status, () => 'refused')"
    assert page.evaluate(attempt, f"{server.url}/_emulator/page/control") == "refused"
    page.goto(address.replace("127.0.0.1", "localhost"))
    assert page.evaluate("origin") == f"http://localhost:{server.port}", "a document like any other, where no page is"
    emulator.call("DELETE", "/settings/v2/plugins/Plugin-shown")


def test_ten_thousand_calls_are_listed_page_by_page(page: Page, server: Server, emulator: Emulator) -> None:
    calls = server.platform.calls
    calls.clear()
    for number in range(10_000):
        calls.finish(calls.begin(CallKind.API, Sent("GET", f"/many/{number}"), trace_id="ab" * 16), 200, {}, b"{}")
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.resource_type))
    answer = page.goto(root(server))
    assert answer
    rows = page.locator("tr[data-id]")
    expect(rows).to_have_count(50)
    expect(rows.first).to_contain_text("/many/9999")
    assert requests.count("document") == 1
    assert not {"fetch", "xhr"} & set(requests)
    assert len(answer.body()) < 100_000
    assert page.evaluate("document.querySelectorAll('*').length") < 2500

    for number in range(10_000, 11_000):
        calls.finish(calls.begin(CallKind.API, Sent("GET", f"/many/{number}"), trace_id="ab" * 16), 200, {}, b"{}")
    expect(rows.first).to_contain_text("/many/10999")
    expect(rows).to_have_count(200)
    assert page.evaluate("document.querySelectorAll('*').length") < 6000
    oldest = int(rows.last.get_attribute("data-number") or 0)
    page.get_by_role("link", name="Older").click()
    page.wait_for_url(re.compile("before="))
    assert int(rows.first.get_attribute("data-number") or 0) == oldest - 1, "none is left out between the pages"

    page.goto(root(server))
    seen = []
    for _ in range(3):
        seen += [row.get_attribute("data-number") for row in rows.all()]
        page.get_by_role("link", name="Older").click()
        page.wait_for_url(re.compile("before="))
    assert len(set(seen)) == 150
    calls.clear()


def test_a_row_goes_when_its_call_goes_on_no_longer(page: Page, server: Server) -> None:
    calls = server.platform.calls
    page.goto(f"{root(server)}?status=pending")
    expect(page.get_by_role("link", name="Older")).to_be_hidden()
    rows = page.locator("tr[data-id]")
    expect(rows).to_have_count(0)
    id = calls.begin(CallKind.API, Sent("GET", "/slow"), trace_id="ab" * 16)
    expect(rows).to_have_count(1)
    calls.finish(id, 200, {}, b"")
    expect(rows).to_have_count(0)
    expect(page.locator("[data-empty]")).to_be_visible()


def test_a_call_that_is_forgotten_says_so(page: Page, server: Server) -> None:
    calls = server.platform.calls
    id = calls.begin(CallKind.API, Sent("GET", "/forgotten"), trace_id="ab" * 16)
    with page.expect_request(re.compile("/live")):
        page.goto(f"{root(server)}page/calls/{id}")
    calls.clear()
    expect(page.locator("[data-forgotten], [data-lost]").locator("visible=true")).to_have_count(1)


def test_large_bodies_are_a_preview_and_a_download(page: Page, server: Server, emulator: Emulator) -> None:
    calls = server.platform.calls
    content = json.dumps({"many": ["x" * 50] * 3000}).encode()
    id = calls.begin(CallKind.API, Sent("POST", "/large", content=content), trace_id="cd" * 16)
    calls.finish(id, 200, {"content-type": "application/json"}, content)
    answer = page.goto(f"{root(server)}page/calls/{id}")
    assert answer
    assert len(answer.body()) < 400_000
    page.locator("#step-request summary").first.click()
    with page.expect_download() as download:
        page.locator("#step-request").get_by_role("link", name="download all of it").click()
    assert json.loads(Path(download.value.path()).read_bytes()) == json.loads(content)


def test_it_works_with_the_keyboard_alone(page: Page, server: Server, emulator: Emulator) -> None:
    id = create(emulator, PERSON)
    page.goto(f"{root(server)}page/calls/{id}")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    summary = page.locator("#step-request > summary")
    for _ in range(60):
        page.keyboard.press("Tab")
        if summary.evaluate("element => element === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.locator("#step-request")).to_have_attribute("open", "")
    outline = summary.evaluate("element => getComputedStyle(element).outlineStyle")
    assert outline == "solid", "one sees where one is"


def test_it_works_without_script(chromium: Browser, server: Server, emulator: Emulator) -> None:
    id = create(emulator, PERSON)
    context = chromium.new_context(java_script_enabled=False)
    try:
        page = context.new_page()
        page.goto(root(server))
        page.get_by_label("E-mail").fill(ADMIN[0])
        page.get_by_label("Password").fill(ADMIN[1])
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url(root(server))
        expect(page.locator("[data-pause]")).to_be_hidden()
        page.goto(f"{root(server)}page/calls/{id}")
        page.locator("#step-request > summary").click()
        expect(page.locator("[data-copy]:visible")).to_have_count(0)
        expect(page.locator("#request-body")).to_contain_text("LOVELACE")
        page.get_by_role("button", name="Send again").click()
        expect(page.get_by_role("status").first).to_contain_text("Sent again")
        emulator.wait_for_notifications()
        page.goto(f"{root(server)}page/plugins/Plugin-tidy")
        page.get_by_role("button", name="Disable").click()
        expect(page.get_by_role("button", name="Enable")).to_be_visible()
        page.get_by_role("button", name="Enable").click()
        page.get_by_role("button", name="Log out").click()
        expect(page.get_by_label("E-mail")).to_be_visible()
    finally:
        context.close()


def test_the_live_list_is_paused(page: Page, server: Server, emulator: Emulator) -> None:
    create(emulator, PERSON)
    page.goto(root(server))
    page.get_by_role("button", name="Live").click()
    expect(page.get_by_role("button", name="Paused")).to_have_attribute("aria-pressed", "true")
    newest = page.locator("tr[data-id]").first.get_attribute("data-id")
    id = create(emulator, PERSON)
    assert page.locator("tr[data-id]").first.get_attribute("data-id") == newest
    page.get_by_role("button", name="Paused").click()
    expect(page.locator(f'tr[data-id="{id}"]')).to_be_visible()
    expect(page.locator("[data-news]")).to_contain_text("new call")


def test_whoever_has_logged_out_is_told_that_nothing_new_is_shown(chromium: Browser, server: Server) -> None:
    context = chromium.new_context()
    try:
        page, other = context.new_page(), context.new_page()
        page.goto(server.url + server.page.one_time_link(ADMIN))
        page.wait_for_url(root(server))
        expect(page.get_by_role("button", name="Live")).to_be_visible()
        other.goto(root(server))
        other.get_by_role("button", name="Log out").click()
        expect(other.get_by_label("E-mail")).to_be_visible()
        page.bring_to_front()
        server.platform.calls.clear()
        expect(page.get_by_role("alert")).to_contain_text("load it again")
        page.get_by_role("link", name="load it again").click()
        expect(page.get_by_label("E-mail")).to_be_visible()
    finally:
        context.close()


def findings(page: Page) -> list[str]:
    """What axe says of a page in the light and in the dark, in which nothing but its colours is another."""
    page.emulate_media(color_scheme="light")
    page.evaluate("for (const detail of document.querySelectorAll('details')) detail.open = true")
    results = Axe().run(page, options={"resultTypes": ["violations"]})
    found = [results.generate_report()] if results.violations_count else []
    page.emulate_media(color_scheme="dark")
    dark = page.evaluate("axe.run({runOnly: ['color-contrast'], resultTypes: ['violations']})")
    return [*found, *(f"dark: {node['html']}" for rule in dark["violations"] for node in rule["nodes"])]


def test_axe_finds_nothing(context: BrowserContext, page: Page, server: Server, emulator: Emulator) -> None:
    emulator.call("DELETE", "/_emulator/calls")
    id = create(emulator, PERSON)
    invocation = emulator.call("GET", f"/_emulator/calls/{id}").body["steps"][0]["invocation"]["id"]
    patient = emulator.search(PATIENTS)[0]["_id"]
    sms = {"phoneNumber": "+4912345678", "message": "Your appointment is tomorrow"}
    emulator.call("POST", "/notification/v1/sms/send", json=sms)
    message = emulator.outbox()[-1]["id"]
    found: dict[str, list[str]] = {}
    for path in (
        "",
        "?status=lost",
        f"page/calls/{id}",
        f"page/calls/{id}/edit",
        f"page/invocations/{invocation}/repeat",
        "page/plugins",
        "page/plugins/Plugin-consent",
        "page/entities",
        "page/entities/patient",
        "page/entities/patient/new",
        f"page/entities/patient/of/{patient}",
        "page/outbox",
        f"page/outbox/{message}",
        "page/control",
        "page/nothing",
    ):
        page.goto(root(server) + path)
        found[path] = findings(page)
    context.clear_cookies()
    page.goto(root(server))
    found["log-in"] = findings(page)
    page.goto(server.url + server.page.one_time_link(ADMIN))
    page.wait_for_url(root(server))
    assert {path: reports for path, reports in found.items() if reports} == {}


PICTURES = os.environ.get("PICTURES", "")


@pytest.mark.skipif(not PICTURES, reason="`make pictures` makes them")
def test_pictures(page: Page, server: Server, emulator: Emulator) -> None:
    """Make the pictures of the documentation."""
    folder = Path(PICTURES)
    folder.mkdir(parents=True, exist_ok=True)
    emulator.call("DELETE", "/_emulator/calls")
    for patient in emulator.search(PATIENTS):
        emulator.call("DELETE", f"{PATIENTS}/{patient['_id']}")
    emulator.call("DELETE", "/_emulator/calls")
    for name in ("tidy", "consent"):  # so that their next calls start them
        server.platform.plugins._workers.retire(name)
    first = create(emulator, {"_name": {"firstName": " ada ", "lastName": "LOVELACE"}})
    emulator.call("GET", PATIENTS)
    emulator.call("GET", f"{PATIENTS}/nobody")
    create(emulator, {"_name": {"firstName": "grace", "lastName": " hopper"}})
    emulator.fire_schedule("tidy")
    for last_name in ("Noether", "Curie", "Meitner"):
        create(emulator, {"_name": {"firstName": last_name, "lastName": last_name}})
    emulator.call("PUT", "/_emulator/clock", json={"now": "2030-01-31T12:00:00Z"})
    settle(server.platform)
    views: tuple[tuple[str, str, tuple[Scheme, ...], int], ...] = (
        ("calls", "", ("light",), 660),
        ("call", f"page/calls/{first}", ("light", "dark"), 1000),
        ("edit", f"page/calls/{first}/edit", ("light",), 640),
        ("plugins", "page/plugins", ("light",), 560),
        ("control", "page/control", ("light",), 720),
    )
    for name, path, schemes, height in views:
        page.set_viewport_size({"width": 1200, "height": height})
        for scheme in schemes:
            page.emulate_media(color_scheme=scheme)
            page.goto(root(server) + path)
            page.evaluate(SETTLE_TEXTS)
            suffix = "-dark" if scheme == "dark" else ""
            (folder / f"page-{name}{suffix}.png").write_bytes(page.screenshot())
    emulator.call("DELETE", "/_emulator/clock")
