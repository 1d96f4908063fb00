"""A clean start, and nothing but curl."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from tests.emulator.test_serve import serving

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed"),
]

Curl = Callable[..., tuple[int, Any]]

PATIENTS = "/organization/v1/users/patients"
JSON = ("-H", "content-type: application/json")


def curl(*arguments: str) -> tuple[int, Any]:
    """Run curl; give the status and the body."""
    command = ["curl", "--silent", "--show-error", "--max-time", "30", "--write-out", "\n%{http_code}", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    body, _, status = done.stdout.rpartition("\n")
    return int(status), json.loads(body) if body else None


def test_a_person_logs_in_and_keeps_patients() -> None:
    with serving() as (url, lines):
        username, password = lines[0].removeprefix("administrator ").split(" with password ")
        log_in = json.dumps({"username": username, "password": password})
        status, body = curl(f"{url}/ums/v2/users/login", *JSON, "--data", log_in)
        assert status == 200
        bearer = ("-H", f"authorization: Bearer {body['accessJwt']['token']}")

        ada = '{"_name": {"firstName": "Ada", "lastName": "Lovelace"}, "mrn": " 7 "}'
        status, made = curl(url + PATIENTS, *bearer, *JSON, "--data", ada)
        assert (status, made["_name"]["firstName"], made["mrn"]) == (201, "Ada", " 7 ")
        one = f"{url}{PATIENTS}/{made['_id']}"

        status, changed = curl("-X", "PATCH", one, *bearer, *JSON, "--data", '{"mrn": "8"}')
        assert (status, changed["mrn"], changed["_name"]) == (200, "8", made["_name"])
        search = 'searchRequest={"filter": {"mrn": {"eq": "8"}}, "limit": 1}'
        status, page = curl("--get", url + PATIENTS, *bearer, "--data-urlencode", search)
        assert (status, [patient["_id"] for patient in page["data"]]) == (200, [made["_id"]])
        assert page["metadata"]["page"] == {"totalResults": 1, "page": 0, "limit": 1}

        assert curl("-X", "DELETE", one, *bearer) == (204, None)
        status, refused = curl(one, *bearer)
        assert (status, refused["code"]) == (404, "USER_NOT_FOUND")
        assert refused["details"]["id"] == made["_id"]


def test_what_is_refused_says_why() -> None:
    with serving() as (url, lines):
        username, password = lines[0].removeprefix("administrator ").split(" with password ")
        log_in = json.dumps({"username": username, "password": password})
        token = curl(f"{url}/ums/v2/users/login", *JSON, "--data", log_in)[1]["accessJwt"]["token"]
        bearer = ("-H", f"authorization: Bearer {token}")
        trace = ("-H", "traceparent: 00-0123456789abcdef0123456789abcdef-0123456789abcdef-01")

        status, refused = curl(url + PATIENTS, *trace)
        assert (status, refused["code"], refused["traceId"]) == (
            401,
            "TOKEN_NOT_VALID",
            "0123456789abcdef0123456789abcdef",
        )
        header, payload, signature = token.split(".")
        forged = f"{header}.{payload}.{signature[:-8]}AAAAAAAA"
        assert curl(url + PATIENTS, "-H", f"authorization: Bearer {forged}")[0] == 401
        for body in ("{", "[]", "null"):
            status, refused = curl(url + PATIENTS, *bearer, *JSON, "--data", body)
            assert (status, refused["serviceName"]) == (400, "Organization Service")
        status, refused = curl(f"{url}/ums/v2/users/login", *JSON, "--data", log_in.replace(password, "guess"))
        assert (status, refused["code"]) == (403, "LOGIN_FAILED")
        status, refused = curl(f"{url}/settings/v9/nothing", *bearer)
        assert (status, refused["code"], refused["environment"]) == (404, "NOT_FOUND", "local")
