"""Holds an API to its published description: generated calls, good and bad, must be answered as it says."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import SearchStrategy
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from biot_emulator.client import Client

Case = schemathesis.Case[Any]
Operation = APIOperation[Any, Any, Any, Any]

_PARTS = ("path_parameters", "query", "headers", "cookies", "body", "media_type")
_CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance]


def hold_to_description(
    file: Path,
    operation: str,
    client: Client,
    success: Mapping[str, Any],
    undescribed: Collection[int],
    examples: int,
) -> None:
    """Call an operation in every way.

    Args:
        file: The description.
        operation: Method and path template, with the service's prefix.
        client: Calls as the administrator.
        success: With what the operation succeeds, and the `token` of another caller.
        undescribed: Statuses that it may answer with beside those of the description.
        examples: How many generated calls of each kind there are at most.
    """
    for_requests, for_answers = (_described(file, answers=answers) for answers in (False, True))
    prefix = for_requests.raw_schema["servers"][0]["url"].rstrip("/")
    label = operation.replace(f" {prefix}", " ", 1)
    own, answering = (description.find_operation_by_label(label) for description in (for_requests, for_answers))
    assert own is not None
    assert answering is not None
    token = success.get("token", client.token)
    good = {name: value for name, value in success.items() if name != "token"}
    # A connection that stays, and a session without the machine's settings, is a third of what a call costs.
    with requests.Session() as session:
        session.trust_env = False

        def call(case: Case) -> Any:
            session.cookies.clear()
            headers = {"authorization": f"Bearer {token}"}
            response = case.call(base_url=f"{client.url}{prefix}", session=session, headers=headers)
            of_status = [] if response.status_code in undescribed else [status_code_conformance]
            answer = answering.Case(**{name: getattr(case, name) for name in _PARTS})
            answer.validate_response(response, checks=[*_CHECKS, *of_status])
            return response

        _call_in_every_way(own, good, call, examples)


def _call_in_every_way(own: Operation, good: Mapping[str, Any], call: Callable[[Case], Any], examples: int) -> None:
    each = partial(_call_with_all, examples=examples)
    succeeded = call(own.Case(**good))
    assert succeeded.status_code in range(200, 300), succeeded.text
    if "body" in good:
        each(own.as_strategy(), lambda case: call(_succeeding(case, good["body"])))
    variables: Mapping[str, Any] | None
    for variables in ({}, good.get("path_parameters")):
        if variables is not None:
            each(own.as_strategy(GenerationMode.POSITIVE, path_parameters=dict(variables)), call)
            # What has nothing that could be wrong cannot be called wrongly.
            if own.query or own.body or (_has_form(own.path_parameters) and not variables):
                each(own.as_strategy(GenerationMode.NEGATIVE, path_parameters=dict(variables)), call)


def _call_with_all(cases: SearchStrategy[Case], call: Callable[[Case], object], *, examples: int) -> None:
    @settings(
        derandomize=True, database=None, deadline=None, max_examples=examples,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
    )  # fmt: skip
    @given(cases)
    def each(case: Case) -> None:
        call(case)

    each()


def _has_form(parameters: Iterable[Any]) -> bool:
    """Whether not just any text will do for one of these."""
    return any(parameter.definition["schema"].keys() & {"format", "pattern", "enum"} for parameter in parameters)


def _succeeding(case: Case, body: Mapping[str, Any]) -> Case:
    """Keep of a generated body what makes no difference to whether it succeeds."""
    # An optional body may have been left out.
    if isinstance(case.body, dict):
        case.body = _merged(case.body, body)
    return case


def _merged(made: Mapping[str, Any], good: Mapping[str, Any]) -> dict[str, Any]:
    inner = {name: _merged(made[name], good[name]) for name in made if isinstance(good.get(name), dict)}
    return {**made, **good, **inner}


@cache
def _described(file: Path, *, answers: bool) -> Any:
    """Read a description: as it is for requests, with null as a value of every attribute for answers.

    The platform's captured events have null for whatever is not set, and its descriptions say nothing of null.
    """
    document = json.loads(file.read_text(encoding="utf-8"))
    for operation in (one for methods in document["paths"].values() for one in methods.values()):
        operation.pop("security", None)  # each call has a valid token
        for parameter in operation.get("parameters", ()):
            if "*/*" in parameter.get("content", {}):
                # That it is JSON, encoded for a URL, is said in words only.
                parameter["content"] = {"application/json": parameter["content"]["*/*"]}
    if answers:
        for schema in document["components"]["schemas"].values():
            schema["properties"] = {
                name: {"anyOf": [value, {"nullable": True, "enum": [None]}]}
                for name, value in schema.get("properties", {}).items()
            }
    return schemathesis.openapi.from_dict(document)
