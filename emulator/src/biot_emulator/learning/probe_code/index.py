"""The probe: a plugin that does what the name of an entity of its own run says, and lets everything else pass.

It needs nothing but the standard library, runs on every Python of Lambda, prints nothing, and remembers only what it
received for entities of its own run: names, shapes and times, never a token or anybody's data.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import time
import urllib.request
from functools import cache
from pathlib import Path
from typing import Any

_CODE = "BIOT_EMULATOR_PROBE"
_MARKS = {
    "accept-language": "qaa",
    "authorization": "Bearer biot-emulator-probe",
    "user-agent": "biot-emulator-probe",
    "x-biot-changed": "biot-emulator-probe",
}
_MARK = "biot-emulator-probe"
_MOST_RECORDS = 200
_SECONDS = 20
_HOLD = 0.3

_process = os.urandom(8).hex()
_records: list[dict[str, Any]] = []
_outside = [0]


def handler(event: Any, _context: object) -> Any:
    """Handle an event of any kind."""
    headers = event.get("headers") if isinstance(event, dict) else None
    if not isinstance(headers, dict):
        return _scheduled(event)
    kind = headers.get("hooktype")
    if kind is None:
        return _direct(event, headers)
    body = json.loads(event["body"])
    handle = {"INTERCEPTOR_PRE": _pre, "INTERCEPTOR_POST": _post, "INTERCEPTOR_POST_ENTITY": _adapt}.get(kind)
    return handle(body) if handle else _notification(body)


@cache
def _settings() -> dict[str, Any]:
    """Return what is in the zip beside the code."""
    settings: dict[str, Any] = json.loads(Path(__file__).with_name("settings.json").read_text(encoding="utf-8"))
    return settings


def _direct(event: dict[str, Any], headers: dict[str, str]) -> Any:
    key = headers.get("x-probe-key", "")
    if not hmac.compare_digest(hashlib.sha256(key.encode()).hexdigest(), _settings()["keyDigest"]):
        return {"statusCode": 404, "body": ""}
    path = event.get("rawPath") or ""
    if "crash" in path:
        raise RuntimeError("as requested")
    if "held" in path:
        # So that calls at the same time reach different processes.
        time.sleep(_HOLD)
    names = sorted(name for name in os.environ if name.startswith("BIOT_"))
    return {"process": _process, "records": _records, "outside": _outside[0], "variables": names}


def _scheduled(event: Any) -> None:
    if isinstance(event, dict) and event.get("source") == "aws.events":
        _create_entity("cron" + str(event.get("time", ""))[14:16])


def _pre(body: dict[str, Any]) -> Any:
    request = body["request"]
    reply = {name: request[name] for name in ("path", "queryParameters", "headers", "body") if name in request}
    if not _is_own(body):
        return {"request": reply}
    name = _name(request.get("body"))
    mode = _mode(name, "pre")
    _remember("PRE", name, body)
    failure = _fail(mode)
    if failure is not None:
        return failure
    if mode == "order":
        reply["body"] = dict(reply["body"], _name=name + _settings()["letter"])
    elif mode in ("mark", "auth"):
        changed = ("authorization",) if mode == "auth" else tuple(set(_MARKS) - {"authorization"})
        reply["headers"] = dict(reply["headers"], **{header: _MARKS[header] for header in changed})
    elif mode in ("headers", "query", "body"):
        reply.pop("queryParameters" if mode == "query" else mode, None)
    return {"request": reply}


def _post(body: dict[str, Any]) -> Any:
    response = body["response"]
    if not _is_own(body):
        return {"response": response}
    content, request = response.get("body"), body["request"]
    name = _name(content)
    headers, query = request.get("headers") or {}, request.get("queryParameters") or {}
    _remember(
        "POST",
        name,
        body,
        status=response.get("httpStatusCode"),
        shape=_shape(content),
        marked=sorted(header for header, value in _MARKS.items() if headers.get(header) == value),
        hasHeader=headers.get("x-biot-omitted") == _MARK,
        hasQuery=_MARK in (query.get("probe") or ()),
    )
    failure = _fail(_mode(name, "post"))
    return {"response": response} if failure is None else failure


def _adapt(body: dict[str, Any]) -> Any:
    response = body["response"]
    if not _is_own(body):
        return {"response": response}
    entities = response.get("entities")
    count = len(entities) if isinstance(entities, list) else None
    name = _name(entities[0]) if count == 1 and entities is not None else ""
    _remember("ADAPT", name, body, status=response.get("httpStatusCode"), entities=count)
    failure = _fail(_mode(name, "adapt"))
    return {"response": response} if failure is None else failure


def _notification(body: dict[str, Any]) -> Any:
    entity, metadata = body["data"]["entity"], body["metadata"]
    name = _name(entity)
    if "_name" in entity and not name:
        _outside[0] += 1
        return {"statusCode": 200}
    address = str((metadata.get("initiator") or {}).get("sourceIpAddress") or "")
    record = {
        "kind": "NOTE",
        "name": name,
        # Where there is no name, whose it is can be told by whoever knows the id, and by nobody else.
        "idDigest": hashlib.sha256(str(entity.get("_id")).encode()).hexdigest(),
        "action": metadata.get("actionName"),
        "at": time.time(),
        "end": metadata.get("endTime"),
        "status": metadata.get("status"),
        "traceId": "traceId" in metadata,
        "port": re.fullmatch(r"[0-9.]+:[0-9]+", address) is not None,
        "idAlone": set(entity) == {"_id"},
    }
    _keep(record)
    return _answer(_mode(name, "note"), metadata.get("actionName"), name)


def _answer(mode: str, action: Any, name: str) -> Any:
    if mode == "fail" and action == "_create":
        raise RuntimeError("as requested")
    if mode == "slow" and action == "_create":
        time.sleep(_settings()["notificationSleep"])
    if mode == "sign" and action == "_create":
        _create_entity("signed-" + name[-3:])
    return {"statusCode": 200}


def _fail(mode: str) -> Any:
    """Do what does not let a call pass; return None where the mode is another one."""
    if mode in ("refuse", "gateway"):
        error = json.dumps({"code": _CODE, "message": "as requested"})
        headers = {"content-type": "application/json"}
        return {"statusCode": 409 if mode == "refuse" else 502, "headers": headers, "body": error}
    if mode == "crash":
        raise RuntimeError("as requested")
    if mode in ("timeout", "slow"):
        time.sleep(_settings()[mode + "Sleep"])
    return {"nothing": True} if mode == "bad" else None


def _is_own(body: dict[str, Any]) -> bool:
    """Whether a call is one for the run's own template; whatever is not is counted, and nothing else of it is kept."""
    variables = {item["name"]: item["value"] for item in body["request"].get("pathVariables") or ()}
    own = variables.get("templateName") == _settings()["template"]
    _outside[0] += not own
    return bool(own)


def _name(entity: Any) -> str:
    name = entity.get("_name") if isinstance(entity, dict) else None
    return name if isinstance(name, str) and name.startswith(_settings()["entityPrefix"]) else ""


def _mode(name: str, kind: str) -> str:
    """Return what an entity's name asks a kind of hook for: `biot-probe-...-pre-crash1` is `crash` of `pre`."""
    asked, _, mode = name[len(_settings()["entityPrefix"]) :].partition("-")
    return mode.rstrip("0123456789AB") if asked == kind else ""


def _shape(content: Any) -> str:
    if isinstance(content, list):
        return "list"
    if not isinstance(content, dict):
        return "none"
    return "page" if "data" in content and "metadata" in content else "object"


def _remember(kind: str, name: str, body: dict[str, Any], **observed: Any) -> None:
    _keep({"kind": kind, "name": name, "method": body.get("method"), "at": time.time(), **observed})


def _keep(record: dict[str, Any]) -> None:
    _records.append(record)
    del _records[:-_MOST_RECORDS]


def _create_entity(label: str) -> None:
    """Leave a sign where nobody can ask for observations: an entity of the run's own template."""
    base = os.environ["BIOT_BASE_URL"].rstrip("/")
    user = {"id": os.environ["BIOT_SERVICE_USER_ID"], "secretKey": os.environ["BIOT_SERVICE_USER_SECRET_KEY"]}
    token = _call(base + "/ums/v2/services/accessToken", user, {})["accessToken"]
    path = base + "/generic-entity/v3/generic-entities/" + _settings()["template"]
    entity = {"_name": _settings()["entityPrefix"] + label}
    _call(path, entity, {"authorization": "Bearer " + token})


def _call(url: str, body: dict[str, Any], headers: dict[str, str]) -> Any:
    sent = {"content-type": "application/json", "user-agent": _MARK, "accept": "application/json", **headers}
    request = urllib.request.Request(url, json.dumps(body).encode(), sent, method="POST")  # noqa: S310 - the platform's
    with urllib.request.urlopen(request, timeout=_SECONDS) as response:  # noqa: S310
        return json.loads(response.read())
