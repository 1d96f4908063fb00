from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.scaffold.support import CHECKOUT, Program, on_terminal, program_file

pytestmark = pytest.mark.slow

EVENTS = CHECKOUT.parent / "shared" / "events"
JWT = re.compile(r"eyJ[\w-]{8,}\.[\w-]+")

ECHO = """
import json
def handler(event, context):
    body = json.loads(event.get("body") or "{}")
    part = "response" if "response" in body else "request"
    return {part: body[part]} if part in body else {}
"""

Write = Callable[..., Path]


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write a plugin and go to its folder; its environment is the one that the tests run in."""

    def write(code: str = ECHO, manifest: str = "") -> Path:
        root = tmp_path / "plugin"
        root.mkdir(exist_ok=True)
        runtime = "python{}.{}".format(*sys.version_info)
        lines = [
            "[tool.biot-plugin]",
            'name = "demo"',
            'display-name = "Demo"',
            "version = 1",
            f'runtime = "{runtime}"',
        ]
        (root / "pyproject.toml").write_text("\n".join([*lines, textwrap.dedent(manifest)]))
        (root / "index.py").write_text(textwrap.dedent(code))
        if not (root / ".venv").exists():
            (root / ".venv").symlink_to(sys.prefix)
        monkeypatch.chdir(root)
        return root

    return write


@pytest.fixture
def event(tmp_path: Path) -> Callable[..., Path]:
    """Write an event."""

    def write(value: Any) -> Path:
        file = tmp_path / "event.json"
        file.write_text(value if isinstance(value, str) else json.dumps(value))
        return file

    return write


def hook(hooktype: str, **body: Any) -> dict[str, Any]:
    return {"headers": {"hooktype": hooktype, "authorization": "Bearer SIGN_ME"}, "body": body}


PRE = hook("INTERCEPTOR_PRE", apiId="POST/a/v1/b", request={"path": "/a/v1/b", "body": {"n": 1}, "pathVariables": []})
POST = hook("INTERCEPTOR_POST", apiId="POST/a/v1/b", request={}, response={"httpStatusCode": "OK", "body": {"n": 1}})
ADAPT = hook(
    "INTERCEPTOR_POST_ENTITY", entityName="patient", response={"httpStatusCode": "200 OK", "entities": [{"a": 1}]}
)
NOTIFICATION = hook(
    "NOTIFICATION",
    metadata={"entityTypeName": "patient", "actionName": "_create"},
    data={"entity": {"_id": "7"}},
    jwt="SIGN_ME",
)
SCHEDULED = {"source": "aws.events", "detail-type": "Scheduled Event", "time": "2026-01-02T03:45:00Z"}
#: What the plugin need not wait for.
LATER = ("answers.rule", "invoke.comparison", "invoke.judgement", "invoke.report", "terminal.redaction")
DIRECT = {"headers": {}, "rawPath": "/report", "rawQueryString": "a=b", "requestContext": {"http": {"method": "GET"}}}


def test_an_image_plugin_is_invoked_without_its_image(plugin: Write, biot_plugin: Program) -> None:
    image = 'package = "image"\n[tool.biot-plugin.image]\nbase = "127.0.0.1:1/no/base:1"\n'
    root = plugin(manifest=image)
    event = {"hookType": "X", "body": json.dumps({"request": {"n": 1}})}
    (root / "event.json").write_text(json.dumps(event))
    done = biot_plugin("invoke", "event.json", "--json")
    assert done.exit_code == 0, done.err
    assert '"n": 1' in done.out


def test_people_see_what_came_in_what_goes_back_and_the_difference(
    plugin: Write, event: Callable[..., Path], biot_plugin: Program
) -> None:
    plugin("""
        import json
        def handler(event, context):
            print("working")
            request = json.loads(event["body"])["request"]
            request["body"]["n"] = 2
            del request["pathVariables"]
            return {"request": request}
    """)
    done = biot_plugin("invoke", event(PRE))
    assert (done.exit_code, done.err) == (0, "")
    assert done.out.startswith("PRE_REQUEST POST/a/v1/b\n")
    came, back, difference, logs = (done.out.index(f"\n{title}\n") for title in _TITLES)
    assert came < back < difference < logs
    assert '-    "n": 1\n+    "n": 2\n' in done.out[difference:logs]
    assert "pathVariables" not in done.out[back:]
    assert "\nworking\n" in done.out[logs:]
    assert re.search(r"^200 · \d+\.\d ms · cold start \d+ ms · \d+ of 128 MB$", done.out.strip().splitlines()[-1])
    assert "\x1b" not in done.out


_TITLES = ("received", "returned", "difference", "logs")


@pytest.mark.parametrize(
    ("sent", "head", "shown"),
    [
        (PRE, "PRE_REQUEST POST/a/v1/b", "unchanged"),
        (POST, "POST_REQUEST POST/a/v1/b", "unchanged"),
        (ADAPT, "ADAPT_ENTITY patient", "unchanged"),
        (NOTIFICATION, "NOTIFICATION patient _create", "The platform ignores the reply"),
        (SCHEDULED, "SCHEDULED 2026-01-02T03:45:00Z", "The platform ignores the reply to a scheduled event"),
        (DIRECT, "DIRECT GET /report?a=b", "not comparable"),
    ],
    ids=lambda value: value.split()[0] if isinstance(value, str) else "",
)
def test_each_kind_is_told(
    plugin: Write, event: Callable[..., Path], biot_plugin: Program, sent: object, head: str, shown: str
) -> None:
    plugin()
    done = biot_plugin("invoke", event(sent))
    assert (done.exit_code, done.out.splitlines()[0]) == (0, head)
    assert shown in done.out


@pytest.mark.parametrize(
    ("reply", "exit_code", "shown"),
    [
        (
            {"statusCode": 403, "body": {"code": "NO"}},
            0,
            "stops the call, and its caller receives this body with status 403",
        ),
        ({}, 1, "The platform cannot use the reply, as it lacks 'request'"),
        ({"response": {}}, 1, "The platform cannot use the reply, as it lacks 'request'"),
        ({"request": {"body": {}}}, 1, "The platform cannot use the reply, as its [request] has no [path]"),
    ],
)
def test_people_are_told_what_the_platform_makes_of_a_reply(
    plugin: Write, event: Callable[..., Path], biot_plugin: Program, reply: object, exit_code: int, shown: str
) -> None:
    plugin(f"def handler(event, context): return {reply!r}")
    done = biot_plugin("invoke", event(PRE))
    assert done.exit_code == exit_code
    assert shown in done.out
    assert (shown in done.err) == bool(exit_code)


FRAMEWORK = """
from biot_plugin import Plugin, Reject
plugin = Plugin()

@plugin.pre_request("POST/organization/v1/users/patients")
def handle(event):
    {}

handler = plugin.handler
"""
HOOK = hook(
    "INTERCEPTOR_PRE",
    apiId="POST/organization/v1/users/patients",
    request={"path": "/organization/v1/users/patients", "body": {"n": 1}, "pathVariables": []},
)
_ENDS = {
    "pass": ("pass", 0, "succeeded", ""),
    "refusal": ("raise Reject(403, 'TOO_YOUNG', 'No minors')", 0, "refused", ""),
    "failure": ("1 / 0", 1, "failed", "replied 500 INTERNAL_SERVER_ERROR; the log shows why"),
    "own status": ("raise Reject(503, 'CLOSED', 'Later')", 1, "failed", "replied 503 CLOSED; the log shows why"),
    "exit": ("import sys; sys.exit(0)", 1, "failed", "replied 500 INTERNAL_SERVER_ERROR"),
    "interruption": ("raise KeyboardInterrupt", 1, "failed", "replied 500 INTERNAL_SERVER_ERROR"),
    "hard exit": ("import os; os._exit(0)", 1, "failed", "never end its process"),
    "signal": ("import os; os.kill(os.getpid(), 15)", 1, "failed", "signal: terminated"),
    "breakpoint": ("breakpoint()", 0, "succeeded", ""),
    "pdb": ("import pdb; pdb.set_trace()", 1, "failed", "pdb needs a terminal"),
    "input": ("input()", 1, "failed", "input() needs somebody who types"),
    "no input": ("import sys; assert sys.stdin.read() == ''", 0, "succeeded", ""),
    "folder": ("import os; os.chdir('/')", 0, "succeeded", ""),
    "thread": ("import threading, time; threading.Thread(target=time.sleep, args=(9,)).start()", 0, "succeeded", ""),
    "trace": ("import faulthandler; faulthandler.dump_traceback()", 0, "succeeded", ""),
    "uncaught": ("event.biot.get('/device/v2/devices/7')", 1, "failed", "did not catch the error 404 NOT_FOUND"),
    "caught": (
        "from biot_plugin import NotFound\n    try: event.biot.get('/device/v2/devices/7')\n"
        "    except NotFound: raise Reject(404, 'NO_DEVICE', 'There is none')",
        0,
        "refused",
        "",
    ),
}


@pytest.mark.parametrize("name", _ENDS)
def test_a_failure_is_an_exit_code_and_a_refusal_is_none(
    plugin: Write, event: Callable[..., Path], biot_plugin: Program, name: str
) -> None:
    body, exit_code, outcome, said = _ENDS[name]
    plugin(FRAMEWORK.format(body))
    done = biot_plugin("invoke", event(HOOK), "--json")
    assert (done.exit_code, done.document["outcome"]) == (exit_code, outcome), done.document["logs"]
    if not exit_code:
        assert (done.document["failure"], done.err) == (None, "")
        return
    assert said in done.document["failure"]
    assert done.err == f"error: {done.document['failure']}\n"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("import pdb; pdb.set_trace()", "BdbQuit; pdb needs a terminal"),
        ("input()", "EOF when reading a line; input() needs somebody who types"),
    ],
)
def test_a_terminal_is_not_there_for_a_plugin_without_the_framework_either(
    plugin: Write, event: Callable[..., Path], biot_plugin: Program, body: str, said: str
) -> None:
    for code, exit_code in ((f"def handler(event, context):\n    {body}\n    return {{}}", 1), (f"{body}\n", 3)):
        plugin(code)
        done = biot_plugin("invoke", event(DIRECT))
        assert done.exit_code == exit_code
        assert said in done.err
        assert done.err.count("\n") == 1


@pytest.mark.parametrize(("variables", "warnings"), [("", 1), ("PYTHONBREAKPOINT=0", 0)])
def test_a_breakpoint_without_anybody_to_ask_warns_once(
    plugin: Write, event: Callable[..., Path], biot_plugin: Program, tmp_path: Path, variables: str, warnings: int
) -> None:
    plugin("breakpoint()\ndef handler(event, context):\n    breakpoint()\n    breakpoint()\n    return {}")
    (tmp_path / "variables").write_text(variables)
    done = biot_plugin("invoke", event(DIRECT), "--json", "--env-file", tmp_path / "variables")
    assert (done.exit_code, done.document["outcome"], done.err) == (0, "succeeded", "")
    assert [line for line in done.document["logs"] if "breakpoint()" in line] == warnings * [
        "[WARNING] breakpoint() does nothing: no debugger is attached, and there is no terminal to ask at"
    ]


def test_of_several_events_the_worst_counts(plugin: Write, tmp_path: Path, biot_plugin: Program) -> None:
    plugin("""
        import json
        def handler(event, context):
            request = json.loads(event["body"])["request"]
            status = request["body"]["status"]
            return {"request": request} if status == 200 else {"statusCode": status, "body": "{}"}
    """)
    files = {}
    for status in (200, 403, 500):
        sent = hook("INTERCEPTOR_PRE", apiId="POST/a", request={"path": "/a", "body": {"status": status}})
        files[status] = tmp_path / f"{status}.json"
        files[status].write_text(json.dumps(sent))
    good = biot_plugin("invoke", files[200], files[403], "--json")
    assert (good.exit_code, good.err, good.document["outcome"]) == (0, "", "refused")
    bad = biot_plugin("invoke", files[500], files[200], files[403], "--json")
    assert (bad.exit_code, bad.document["outcome"]) == (1, "failed")
    assert [one["outcome"] for one in bad.document["invocations"]] == ["failed", "succeeded", "refused"]
    assert [one["event"] for one in bad.document["invocations"]] == [str(files[n]) for n in (500, 200, 403)]
    people = biot_plugin("invoke", files[200], files[500], files[403])
    assert people.exit_code == 1
    assert people.err.startswith(
        f"error: 1 of 3 events failed, such as {files[500]}: The plugin failed, and replied 500"
    )
    assert people.err.count("\n") == 1
    assert all(f"{file}\nPRE_REQUEST POST/a\n" in people.out for file in files.values())


def test_of_several_events_none_is_run_where_one_cannot_be_read(
    plugin: Write, event: Callable[..., Path], biot_plugin: Program
) -> None:
    plugin()
    done = biot_plugin("invoke", event(PRE), "none.json")
    assert (done.exit_code, done.out) == (2, "")


def test_machines_get_one_document(plugin: Write, event: Callable[..., Path], biot_plugin: Program) -> None:
    plugin(
        "def handler(event, context):\n    print('line')\n    return {'statusCode': 201, 'body': '{\"a\": [\"é\"]}'}"
    )
    done = biot_plugin("invoke", event(DIRECT), "--json")
    assert (done.exit_code, done.err) == (0, "")
    document = done.document
    assert document["reply"] == {"a": ["é"]}
    assert (document["statusCode"], document["logs"], document["error"], document["diff"]) == (
        201,
        ["line"],
        None,
        None,
    )
    assert document["durationMs"] > 0
    assert document["initMs"] > 0
    assert 5 < document["maxMemoryMb"] < 128


def test_a_body_of_bytes_is_shown_as_base64(plugin: Write, event: Callable[..., Path], biot_plugin: Program) -> None:
    plugin("def handler(event, context): return {'statusCode': 200, 'body': '/wA=', 'isBase64Encoded': True}")
    assert biot_plugin("invoke", event(DIRECT), "--json").document["reply"] == "/wA="
    assert "<2 bytes>" in biot_plugin("invoke", event(DIRECT)).out


_FAILURES = {
    "timeout": (1, "Sandbox.Timedout", "import time; time.sleep(9)", "longer than its timeout of 1 s"),
    "memory": (1, "Runtime.OutOfMemory", "x = bytearray(300_000_000); import time; time.sleep(9)", "than its 128 MB"),
    "exit": (1, "Runtime.ExitError", "import os; os._exit(3)", "exit status 3"),
    "crash": (1, "Runtime.ExitError", "import os; os.kill(os.getpid(), 11)", "segmentation fault"),
    "exception": (1, "ValueError", "raise ValueError('some\\nthing')", "raised ValueError: some thing; the log shows"),
    "no JSON": (1, "Runtime.MarshalError", "return {1}", "return only JSON values"),
    "odd status": (1, "Function.MalformedReply", "return {'statusCode': 'x'}", "return statusCode with"),
    "too large": (1, "Function.ResponseSizeTooLarge", "return 'x' * 7_000_000", "return less"),
}


@pytest.mark.parametrize("name", _FAILURES)
def test_a_handler_that_fails(plugin: Write, event: Callable[..., Path], biot_plugin: Program, name: str) -> None:
    code, kind, body, said = _FAILURES[name]
    plugin(
        f"def handler(event, context):\n    print('here')\n    {body}\n", f"timeout = {1 if name == 'timeout' else 20}"
    )
    done = biot_plugin("invoke", event(PRE), "--json")
    assert done.exit_code == code
    assert (done.document["error"]["type"], done.document["statusCode"]) == (kind, 502)
    assert done.document["logs"][0] == "here"
    assert done.err.startswith("error: ")
    assert said in done.err
    assert done.err.count("\n") == 1
    people = biot_plugin("invoke", event(PRE))
    assert people.exit_code == code
    assert "here" in people.out
    assert "\nreturned\n" not in people.out


_IMPORTS = {
    "missing module": (
        "import nothing_there",
        "No module named 'nothing_there'; install what is missing",
        "import nothing_there",
    ),
    "syntax": ("def handler(:", "fix the line that the log shows", "SyntaxError"),
    "no handler": (
        "x = 1",
        "set handler in [tool.biot-plugin] of pyproject.toml to the plugin's entry point",
        "[ERROR]",
    ),
    "exception": (
        "raise LookupError('odd')",
        "LookupError: odd; the log shows the traceback",
        "raise LookupError('odd')",
    ),
    "exit": ("import sys; sys.exit(2)", "exit status 2", "none"),
}


@pytest.mark.parametrize("name", _IMPORTS)
def test_a_plugin_that_cannot_be_imported(
    plugin: Write, event: Callable[..., Path], biot_plugin: Program, name: str
) -> None:
    code, said, logged = _IMPORTS[name]
    plugin(code)
    done = biot_plugin("invoke", event(PRE))
    assert done.exit_code == 3
    assert done.err.startswith("error: The plugin cannot be imported: ")
    assert said in done.err
    assert logged in done.out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a": 1,\n "b": }', "event.json is not JSON: Expecting value in line 2, column 7"),
        ("[]", "must contain a JSON object"),
        ('{"n": NaN}', "NaN"),
        ("[" * 100_000, "event.json is nested too deeply"),
    ],
)
def test_an_unreadable_event(
    plugin: Write, event: Callable[..., Path], biot_plugin: Program, text: str, said: str
) -> None:
    plugin()
    done = biot_plugin("invoke", event(text))
    assert (done.exit_code, done.out) == (2, "")
    assert said in done.err


def test_a_missing_event_and_one_that_is_no_text(plugin: Write, tmp_path: Path, biot_plugin: Program) -> None:
    plugin()
    assert "does not exist" in biot_plugin("invoke", "none.json").err
    assert biot_plugin("invoke", tmp_path).exit_code == 2
    (tmp_path / "odd.json").write_bytes(b"\xff{}")
    done = biot_plugin("invoke", tmp_path / "odd.json")
    assert (done.exit_code, "not UTF-8" in done.err) == (2, True)
    assert biot_plugin("invoke").exit_code == 2


def test_an_event_from_standard_input(plugin: Write, biot_plugin: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    plugin()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps(PRE).encode())))
    assert biot_plugin("invoke", "-", "--json").document["diff"] == []


def test_an_event_that_is_too_large(plugin: Write, event: Callable[..., Path], biot_plugin: Program) -> None:
    plugin()
    done = biot_plugin("invoke", event({**PRE, "more": "x" * 7_000_000}), "--json")
    assert (done.exit_code, done.document["statusCode"]) == (1, 413)
    assert "make the event smaller" in done.err


def test_a_wrong_manifest(plugin: Write, event: Callable[..., Path], biot_plugin: Program) -> None:
    plugin(manifest="timeout = 901")
    assert biot_plugin("invoke", event(PRE)).exit_code == 4


def test_the_plugins_environment(
    plugin: Write, event: Callable[..., Path], biot_plugin: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MINE", "of the developer")
    code = "import os\ndef handler(event, context): return dict(os.environ)"
    plugin(code, '[tool.biot-plugin.environment]\nCOLOUR = "red"\nSIZE = "1"\n')
    (tmp_path / ".env").write_text("# more\nexport COLOUR='blue'\nMIXED=${MINE}$MINE\nBIOT_APP_NAME=\"Other\\nname\"\n")
    plain = biot_plugin("invoke", event(DIRECT), "--json").document["reply"]
    assert (plain["COLOUR"], plain["SIZE"], plain["BIOT_APP_NAME"]) == ("red", "1", "Demo")
    assert plain["BIOT_BASE_URL"].startswith("http://127.0.0.1:")
    assert plain["BIOT_SERVICE_ENVIRONMENT"] == "local"
    assert {"BIOT_SERVICE_USER_ID", "BIOT_SERVICE_USER_SECRET_KEY"} <= set(plain)
    assert "MINE" not in plain
    more = biot_plugin("invoke", event(DIRECT), "--env-file", tmp_path / ".env", "--json").document["reply"]
    assert (more["COLOUR"], more["SIZE"], more["BIOT_APP_NAME"]) == ("blue", "1", "Other\nname")
    assert more["MIXED"] == "${MINE}$MINE"


LEAK = """
import base64, json, os
def handler(event, context):
    secrets = [os.environ[name] for name in ("DB_PASSWORD", "DATABASE_URL", "BIOT_SERVICE_USER_SECRET_KEY")]
    for secret in secrets:
        print("a line with", secret, json.dumps(secret), base64.b64encode(b"user:" + secret.encode()).decode())
        print(secret[:7])
        print(secret[7:])
    print("SALT=" + os.environ["SALT"], "a word in a text: hush", os.environ["CITY"])
    if "fail" in event.get("rawPath", ""): raise type(secrets[0], (Exception,), {})(secrets[1])
    return {**os.environ, "secrets": secrets, secrets[0]: 1}
"""


@pytest.mark.parametrize("options", [[], ["--json"]], ids=["text", "json"])
@pytest.mark.parametrize("path", ["/", "/fail"])
def test_secrets_of_the_env_file_are_not_shown(
    plugin: Write, event: Callable[..., Path], biot_plugin: Program, tmp_path: Path, options: list[str], path: str
) -> None:
    plugin(LEAK)
    password = 'correct "horse"'
    lines = [f"DB_PASSWORD='{password}'", "DATABASE_URL=postgres://app:hunter2%21@db/x", "SALT=hush", "CITY=London"]
    (tmp_path / ".env").write_text("\n".join(lines))

    done = biot_plugin("invoke", event({**DIRECT, "rawPath": path}), "--env-file", tmp_path / ".env", *options)

    shown = (done.out + done.err).replace("\\u2026", "…")
    for form in ("correct", "horse", "hunter2", "SALT=hush", '"hush"', "Y29ycmVjdCA"):
        assert form not in shown.replace("a word in a text: hush", "")
    assert "SALT=… a word in a text: hush London" in shown
    assert done.exit_code == (1 if path == "/fail" else 0)


@pytest.mark.parametrize(
    ("text", "line"), [("A=1\n\n\nB\n", 4), ("=x", 1), ("A=1\nno words here=2", 2), ("A='open\nB=1", 1)]
)
def test_a_bad_line_in_the_env_file(
    plugin: Write, event: Callable[..., Path], biot_plugin: Program, tmp_path: Path, text: str, line: int
) -> None:
    plugin()
    (tmp_path / "bad.env").write_text(text)
    done = biot_plugin("invoke", event(PRE), "--env-file", tmp_path / "bad.env")
    assert (done.exit_code, done.out) == (2, "")
    assert f"bad.env, line {line}: " in done.err


def test_a_missing_env_file(plugin: Write, event: Callable[..., Path], biot_plugin: Program) -> None:
    plugin()
    done = biot_plugin("invoke", event(PRE), "--env-file", "none.env")
    assert (done.exit_code, "none.env does not exist" in done.err) == (2, True)


TALKER = """
import json, os, urllib.request
def handler(event, context):
    account = {"id": os.environ["BIOT_SERVICE_USER_ID"], "secretKey": os.environ["BIOT_SERVICE_USER_SECRET_KEY"]}
    url = os.environ["BIOT_BASE_URL"] + "/ums/v2/services/accessToken"
    access = json.load(urllib.request.urlopen(url, data=json.dumps(account).encode()))["accessToken"]
    print("came with", event["headers"]["authorization"], "and logged in:", access)
    request = json.loads(event["body"])["request"]
    request["headers"] = {"authorization": "Bearer " + access, "caller": "Bearer eyJhbGciOiJub25lIn0.eyJhIjoxfQ.c2ln"}
    return {"request": request, event["headers"]["authorization"]: event}
"""


def test_tokens_are_never_shown(plugin: Write, event: Callable[..., Path], biot_plugin: Program) -> None:
    plugin(TALKER)
    people, machines = biot_plugin("invoke", event(PRE)), biot_plugin("invoke", event(PRE), "--json")
    assert (people.exit_code, machines.exit_code) == (0, 0)
    assert not JWT.search(people.out)
    assert not JWT.search(machines.out)
    assert machines.document["reply"]["request"]["headers"] == {"authorization": "Bearer SIGN_ME", "caller": "Bearer …"}
    assert machines.document["reply"]["Bearer SIGN_ME"]["headers"] == PRE["headers"] | {"content-length": "86"}
    assert machines.document["logs"] == ["came with Bearer … and logged in: SIGN_ME"]


def test_a_token_in_an_exception_is_not_shown_either(
    plugin: Write, event: Callable[..., Path], biot_plugin: Program
) -> None:
    plugin("def handler(event, context): raise ValueError(event['headers']['authorization'].split()[1])")
    for options in ([], ["--json"]):
        done = biot_plugin("invoke", event(PRE), *options)
        assert done.exit_code == 1
        assert not JWT.search(done.out + done.err)
        assert "raised ValueError: SIGN_ME;" in done.err


def test_the_token_that_was_put_is_valid(plugin: Write, event: Callable[..., Path], biot_plugin: Program) -> None:
    plugin("""
        import base64, json, os, urllib.request
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import padding
        from cryptography.hazmat.primitives.serialization import load_der_public_key
        def handler(event, context):
            token = json.loads(event["body"])["jwt"]
            answer = urllib.request.urlopen(os.environ["BIOT_BASE_URL"] + "/ums/v1/security/public-key")
            key = load_der_public_key(base64.b64decode(json.load(answer)["publicKey"]))
            message, _, signature = token.rpartition(".")
            part = lambda text: base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
            key.verify(part(signature), message.encode(), padding.PKCS1v15(), hashes.SHA512())
            return json.loads(part(message.split(".")[1]))["scopes"]
    """)
    assert "ACTION_NOTIFICATION" in biot_plugin("invoke", event(NOTIFICATION), "--json").document["reply"]


@pytest.mark.parametrize(
    "file", sorted(EVENTS.glob("*_*.json")) or [None], ids=lambda file: file.stem if file else "none"
)
def test_the_platforms_events_go_through_as_they_are(plugin: Write, biot_plugin: Program, file: Path | None) -> None:
    if file is None:
        pytest.skip(f"the platform's events are not at {EVENTS}")
    plugin()
    done = biot_plugin("invoke", file, "--json")
    assert done.exit_code == 0
    body = json.loads(json.loads(file.read_text(encoding="utf-8")).get("body", "{}"))
    for part, returned in done.document["reply"].items():
        assert returned == body[part]
    assert done.document["diff"] == ([] if done.document["reply"] else None)


def test_the_command_loads_little_until_it_runs(in_process: Callable[[str], str]) -> None:
    code = "import sys, biot_plugin_cli.commands.invoke; print(*sorted({n.partition('.')[0] for n in sys.modules}))"
    loaded = in_process(code).split()
    assert not {"biot_emulator", "biot_plugin", "dotenv", "cryptography", "psutil", "pydantic"} & set(loaded)


def test_the_plugin_starts_before_what_prints_its_reply_is_loaded(
    plugin: Write, event: Callable[..., Path], in_process: Callable[[str], str]
) -> None:
    plugin()
    said = in_process(f"""
import subprocess, sys
start = subprocess.Popen.__init__
def noticed(self, *arguments, **options):
    print("LOADED", *sorted(sys.modules))
    start(self, *arguments, **options)
subprocess.Popen.__init__ = noticed
from biot_plugin_cli.main import main
sys.argv = ["biot-plugin", "invoke", {str(event(PRE))!r}]
try:
    main()
except SystemExit as end:
    print("CODE", end.code, {{"pydantic", "biot_emulator.behaviour.settings"}} & {{*sys.modules}})
""")

    first = next(line for line in said.splitlines() if line.startswith("LOADED"))
    loaded = {*first.split()}
    assert set() == {"rich", "cryptography", "pydantic", "biot_emulator.debugging.port"} & loaded
    assert set() == {f"biot_plugin_cli.{name}" for name in LATER} & loaded
    assert "CODE 0 set()" in said


def test_next_to_no_dataclass_is_made_for_it(
    plugin: Write, event: Callable[..., Path], dataclasses_made: Callable[[str], set[str]]
) -> None:
    plugin()
    made = dataclasses_made(f"""
import sys
from biot_plugin_cli.program import main
sys.argv = ["biot-plugin", "invoke", {str(event(PRE))!r}]
main()
""")
    assert made == {"biot_emulator.behaviour.replies.Replies", "biot_emulator.debugging.settings.Debugging"}


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_nothing_is_loaded_once_the_plugin_has_replied(
    plugin: Write, event: Callable[..., Path], in_process: Callable[[str], str], options: tuple[str, ...]
) -> None:
    plugin()
    said = in_process(f"""
import sys
from biot_emulator.runtime.execution_environment import Runtime
invoke = Runtime.invoke
def noticed(*arguments):
    global before
    reply = invoke(*arguments)
    before = {{*sys.modules}}
    return reply
Runtime.invoke = noticed
from biot_plugin_cli.program import main
sys.argv = ["biot-plugin", "invoke", {str(event(PRE))!r}, *{options!r}]
try:
    main()
except SystemExit as end:
    print("CODE", end.code, "LATE", *sorted({{*sys.modules}} - before))
""")

    assert said.rstrip().endswith("CODE 0 LATE")


def test_colour_on_a_terminal(plugin: Write, event: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    plugin()
    monkeypatch.delenv("NO_COLOR", raising=False)
    exit_code, shown = on_terminal([program_file("biot-plugin"), "invoke", event(PRE)], [])
    assert (exit_code, "\x1b[" in shown) == (0, True)
    monkeypatch.setenv("NO_COLOR", "1")
    exit_code, shown = on_terminal([program_file("biot-plugin"), "invoke", event(PRE)], [])
    assert exit_code == 0
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]", shown)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_command_that_is_told_to_end_ends_its_plugin(
    plugin: Write, event: Callable[..., Path], tmp_path: Path, number: signal.Signals
) -> None:
    note = tmp_path / "pid"
    plugin(f"""
        import os, pathlib
        def handler(event, context):
            pathlib.Path({str(note)!r}).write_text(str(os.getpid()))
            while True:
                pass
    """)
    command = subprocess.Popen(
        [program_file("biot-plugin"), "invoke", event(PRE)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    while not (note.exists() and note.read_text()):
        time.sleep(0.01)
    os.kill(command.pid, number)
    command.communicate(timeout=10)
    assert command.returncode == 128 + number
    assert not psutil.pid_exists(int(note.read_text()))
