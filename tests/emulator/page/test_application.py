"""Who sees the page, and who can drive it: nobody but the administrator, from the page itself."""

from __future__ import annotations

import html
import re
from urllib.parse import parse_qs, urlsplit

import pytest

from biot_emulator.client import Client
from biot_emulator.page.application import Page
from biot_emulator.server.background_thread import Server
from biot_emulator.testing import Emulator
from tests.emulator.conftest import PATIENTS, code_zip
from tests.emulator.page.conftest import ADMIN, Browser
from tests.emulator.people import PASSWORD, accept, person

ROOT = "/_emulator/"
LOG_IN = f"{ROOT}page/log-in"
PAGES = (
    ROOT,
    *(
        f"{ROOT}page/{path}"
        for path in ("plugins", "entities", "entities/patient", "entities/patient/new", "outbox", "control")
    ),
)
CLOCK = {"now": "2031-01-03T01:44:59Z"}


@pytest.mark.parametrize("path", PAGES)
def test_nobody_sees_anything_without_a_log_in(stranger: Browser, path: str) -> None:
    answer = stranger.get(path)
    assert answer.status == 303
    assert answer.headers["location"].startswith(LOG_IN)
    assert stranger.get(answer.headers["location"]).status == 200


@pytest.mark.parametrize("path", PAGES)
def test_the_administrator_sees_every_page(browser: Browser, path: str) -> None:
    answer = browser.get(path)
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize("form", [{}, {"username": ADMIN[0]}, {"username": ADMIN[0], "password": "wrong"}])
def test_nobody_logs_in_with_anything_else(stranger: Browser, form: dict[str, str]) -> None:
    answer = stranger.post(LOG_IN, form)
    assert answer.status in (400, 403)
    assert not stranger.cookie
    assert 'role="alert"' in answer.text


def test_somebody_who_is_no_administrator_does_not_log_in(emulator: Emulator, stranger: Browser) -> None:
    made = emulator.call("POST", PATIENTS, json=person("Ada", "ada@example.com", _canLogin=True))
    assert made.status_code == 201
    accept(emulator, "ada@example.com")
    answer = stranger.post(LOG_IN, {"username": "ada@example.com", "password": PASSWORD})
    assert answer.status == 403
    assert "administrator alone" in answer.text
    assert not stranger.cookie


def test_a_link_logs_in_once(page: Page, stranger: Browser, server: Server) -> None:
    link = page.one_time_link(ADMIN)
    assert stranger.get(link).status == 200
    assert stranger.get(ROOT).status == 200
    other = Browser(server)
    answer = other.get(link)
    assert "has been used" in answer.text
    assert not other.cookie
    assert stranger.get(link).status == 303, "whoever has logged in goes on"


def test_looking_at_the_head_of_a_link_does_not_use_it(page: Page, stranger: Browser) -> None:
    link = page.one_time_link(ADMIN)
    stranger._send("HEAD", link, "", {})
    assert not stranger.cookie
    assert stranger.get(link).status == 200
    assert stranger.cookie


def test_the_cookie_is_for_this_emulator_and_no_script(stranger: Browser, server: Server) -> None:
    header = stranger.post(LOG_IN, {"username": ADMIN[0], "password": ADMIN[1]}).headers["set-cookie"]
    name, *attributes = header.split("; ")
    assert name.startswith(f"biot-emulator-{server.port}=")
    assert {"HttpOnly", "SameSite=Strict", "Path=/_emulator/"} <= set(attributes)


def test_after_a_log_out_the_cookie_is_worth_nothing(stranger: Browser) -> None:
    cookie = stranger.log_in().cookie
    assert stranger.submit(f"{ROOT}page/log-out", {}).status == 303
    stranger.cookie = cookie
    assert stranger.get(ROOT).status == 303


def test_the_log_in_leads_to_no_other_site(stranger: Browser) -> None:
    for target in (
        "https://evil.example/",
        "//evil.example/",
        "/_emulator/page/log-in",
        "/ums/v2/users",
        "javascript:x",
    ):
        answer = stranger.post(LOG_IN, {"username": ADMIN[0], "password": ADMIN[1], "to": target})
        assert 'url=/_emulator/"' in answer.text


def test_the_log_in_leads_to_where_somebody_wanted_to_go(stranger: Browser) -> None:
    asked = stranger.get("/_emulator/?plugin=Plugin-demo&trace=a%26%22b")
    to = parse_qs(urlsplit(asked.headers["location"]).query)["to"][0]
    assert parse_qs(urlsplit(to).query) == {"plugin": ["Plugin-demo"], "trace": ['a&"b']}
    form = stranger.get(asked.headers["location"]).text
    assert html.escape(to) in form
    answer = stranger.post(LOG_IN, {"username": ADMIN[0], "password": ADMIN[1], "to": to})
    assert f'url={html.escape(to)}"' in answer.text


def test_no_cookie_opens_an_api(browser: Browser, emulator: Emulator) -> None:
    """A page elsewhere can send a simple form or text to any API: without a token, nothing is done."""
    before = emulator.call("GET", "/_emulator/clock").body["now"][:4]
    routes = [route for route in emulator.platform.router if route.template.startswith("/_emulator/")]
    assert len(routes) > 15
    for route in routes:
        path = re.sub(r"\{\w+\}", "x", route.template)
        for content_type in ("text/plain", "application/x-www-form-urlencoded", "application/json"):
            headers = {"content-type": content_type, "origin": "https://evil.example", "sec-fetch-site": "cross-site"}
            answer = browser._send(route.method, path, '{"now": "2031-01-03T01:44:59Z"}', headers)
            assert answer.status == 401, route
            assert not any(name.startswith("access-control") for name in answer.headers)
    assert emulator.call("GET", "/_emulator/clock").body["now"][:4] == before


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example", "sec-fetch-site": "cross-site"},
        {"origin": "http://127.0.0.1:1", "sec-fetch-site": "same-site"},
        {"origin": "null", "sec-fetch-site": "cross-site"},
        {"origin": "", "sec-fetch-site": "cross-site"},
        {"origin": "", "sec-fetch-site": "same-site"},
        {"origin": "", "sec-fetch-site": ""},
    ],
    ids=str,
)
@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "text/plain"])
def test_no_other_page_changes_anything(
    browser: Browser, emulator: Emulator, headers: dict[str, str], content_type: str
) -> None:
    """Even with the cookie and the form's token, which another page can have neither of."""
    form = {"form-token": browser.form_token(), **CLOCK}
    answer = browser.post(f"{ROOT}page/control/clock", form, content_type=content_type, **headers)
    assert answer.status == 403
    assert not emulator.call("GET", "/_emulator/clock").body["now"].startswith("2031")


def test_no_form_is_taken_without_its_token(browser: Browser, server: Server, emulator: Emulator) -> None:
    other = Browser(server).log_in().form_token()
    for token in ("", "x", other):
        assert browser.post(f"{ROOT}page/control/clock", {"form-token": token, **CLOCK}).status == 403
    assert not emulator.call("GET", "/_emulator/clock").body["now"].startswith("2031")
    assert browser.submit(f"{ROOT}page/control/clock", CLOCK).status == 303
    assert emulator.call("GET", "/_emulator/clock").body["now"].startswith("2031")
    emulator.call("DELETE", "/_emulator/clock")


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8787", "127.0.0.1.evil.example", "a b", "", "[::1"])
def test_no_name_of_another_site_leads_to_the_page(browser: Browser, server: Server, host: str) -> None:
    rebound = Browser(server, host=host or "-", cookie=browser.cookie)
    for path in (*PAGES, LOG_IN, f"{ROOT}page/static/page.css"):
        assert rebound.get(path).status == 403
    assert rebound.post(LOG_IN, {"username": ADMIN[0], "password": ADMIN[1]}).status == 403


def test_the_name_of_this_machine_leads_to_its_address(stranger: Browser, page: Page, server: Server) -> None:
    """At `localhost` plugins may show pages of their own: the emulator's is not there."""
    link = page.one_time_link(ADMIN)
    stranger.host = f"localhost:{server.port}"
    answer = stranger.get(link)
    assert answer.headers["location"] == f"{server.url}{link}"
    assert not stranger.cookie
    stranger.host = ""
    assert stranger.get(link).status == 200
    assert stranger.cookie


@pytest.mark.parametrize("target", ["image", "script", "empty", "iframe", "style"])
def test_no_other_page_loads_anything_of_it(browser: Browser, target: str) -> None:
    for site in ("cross-site", "same-site"):
        answer = browser.get(ROOT, sec_fetch_site=site, sec_fetch_mode="no-cors", sec_fetch_dest=target)
        assert answer.status == 403


def test_a_link_from_elsewhere_leads_to_the_page(stranger: Browser, server: Server) -> None:
    """The browser sends no cookie then: the page asks for itself once more, with it."""
    answer = stranger.get(f"{ROOT}page/plugins", sec_fetch_site="cross-site")
    assert answer.status == 200
    assert 'url=/_emulator/page/plugins"' in answer.text


@pytest.mark.parametrize("path", [*PAGES, f"{ROOT}page/nothing", f"{ROOT}page/static/page.css"])
def test_every_response_says_what_the_browser_may_do(browser: Browser, path: str) -> None:
    answer = browser.get(path)
    policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["base-uri"] == "'none'"
    assert "unsafe" not in answer.headers["content-security-policy"]
    # A plugin's script is at the same host.
    assert urlsplit(policy["script-src"]).path == "/_emulator/page/static/"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert "access-control-allow-origin" not in answer.headers
    if not path.endswith(".css"):
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", [*PAGES, LOG_IN])
def test_nothing_is_loaded_from_elsewhere_and_nothing_runs_inline(browser: Browser, path: str) -> None:
    text = browser.get(path).text
    assert not re.search(r"<script(?! src=)|<style| style=| on\w+=|javascript:", text)
    loaded = re.findall(r'(?:src|<link[^>]*href)="([^"]+)"', text)
    assert all(address.startswith("/_emulator/page/static/") for address in loaded)


def test_what_is_not_there_is_said(browser: Browser) -> None:
    for path in (
        "nothing",
        "plugins/Plugin-nothing",
        "entities/nothing",
        "entities/patient/of/x",
        "static/x",
        "static/../x",
    ):
        assert browser.get(f"{ROOT}page/{path}").status == 404
    assert browser.post(f"{ROOT}page/plugins", {"form-token": browser.form_token()}).status == 405


def test_a_log_in_outlives_the_keys_that_signed_its_tokens(stranger: Browser) -> None:
    stranger.log_in()
    for _ in range(3):
        assert stranger.submit(f"{ROOT}page/control/keys", {}).status == 303
    assert stranger.get(f"{ROOT}page/plugins").status == 200


def test_a_log_in_whose_tokens_are_worth_nothing_ends(stranger: Browser, emulator: Emulator) -> None:
    stranger.log_in()
    emulator.platform.tokens.rotate()
    emulator.platform.tokens.rotate()
    answer = stranger.get(f"{ROOT}page/plugins")
    assert answer.status == 401
    assert "log in again" in answer.text
    emulator.token = Client(emulator.url).log_in(*ADMIN).token


def test_a_document_of_a_plugin_is_nobodys_at_the_pages_host(
    emulator: Emulator, stranger: Browser, server: Server
) -> None:
    """What runs in it could read the page otherwise: both are at the same host."""
    reply = "{'statusCode': 200, 'headers': {'content-type': 'text/html'}, 'body': '<script>1</script>'}"
    plugin = emulator.deploy(code_zip(f"def handler(event, context): return {reply}"))
    path = urlsplit(plugin["endpointUrl"]).path
    assert "sandbox" in stranger.get(path).headers["content-security-policy"]
    assert "allow-same-origin" not in stranger.get(path).headers["content-security-policy"]
    old = stranger._send("GET", path, "", {})
    assert "sandbox" in old.headers["content-security-policy"], "browsers that do not say what they load for"
    for headers in ({"sec-fetch-dest": "empty"}, {"user-agent": "curl/8"}):
        assert "content-security-policy" not in stranger._send("GET", path, "", headers).headers
    assert "content-security-policy" not in Browser(server, host=f"localhost:{server.port}").get(path).headers


def test_a_form_that_is_too_large_is_refused(browser: Browser) -> None:
    answer = browser.post(f"{ROOT}page/control/clock", {"now": "x" * 100_000})
    assert answer.status == 413
    assert "too large" in answer.text


def test_where_a_browser_is_sent_is_no_header_of_its_own(browser: Browser) -> None:
    answer = browser.get("/_emulator/page/log-in?to=/_emulator/page/%0d%0aSet-Cookie:%20x=y%0d%0a%0d%0a%E2%80%AE")
    assert answer.status == 303
    assert answer.headers["location"] == "/_emulator/page/%0D%0ASet-Cookie:%20x=y%0D%0A%0D%0A%E2%80%AE"
    assert "set-cookie" not in answer.headers


def test_an_error_leads_back_to_an_address(stranger: Browser) -> None:
    answer = stranger.log_in().submit("/_emulator/page/entities/a%3Fb%23%22/new", {})
    assert answer.status == 404
    assert 'href="/_emulator/page/entities/a%3Fb%23%22"' in answer.text


def test_a_log_in_lasts_longer_whenever_it_is_used(stranger: Browser) -> None:
    cookie = stranger.log_in().cookie
    answer = stranger.get("/_emulator/")
    assert answer.headers["set-cookie"] == f"{cookie}; Path=/_emulator/; Max-Age=43200; HttpOnly; SameSite=Strict"
    stranger.submit("/_emulator/page/log-out", {})
    assert "set-cookie" not in stranger.get("/_emulator/").headers
