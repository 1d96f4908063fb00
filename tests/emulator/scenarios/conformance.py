"""Holds an API to its published description: generated calls, good and bad, must be answered as it says."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import SearchStrategy
from schemathesis import APIOperation, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

Case = schemathesis.Case[Any]
Operation = APIOperation[Any, Any, Any, Any]

_CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance]
_settings = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=30,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)


def hold_to_description(
    file: Path, label: str, url: str, token: str, good: Mapping[str, Any], undescribed: Collection[int]
) -> None:
    """Call an operation in every way.

    Args:
        file: The description.
        label: The operation: method and path template.
        url: The service's address.
        token: The caller's.
        good: The body and the path's variables with which the operation succeeds.
        undescribed: Statuses that it may answer with beside those of the description.
    """
    operation = _described(file).find_operation_by_label(label)
    assert operation is not None
    # A connection that stays, and a session without the machine's settings, is a third of what a call costs.
    with requests.Session() as session:
        session.trust_env = False
        _hold(operation, _caller(session, url, token, undescribed), good)


def _caller(session: requests.Session, url: str, token: str, undescribed: Collection[int]) -> Callable[[Case], int]:
    def call(case: Case) -> int:
        session.cookies.clear()
        response = case.call(base_url=url, session=session, headers={"authorization": f"Bearer {token}"})
        of_status = [] if response.status_code in undescribed else [status_code_conformance]
        case.validate_response(response, checks=[*_CHECKS, *of_status])
        return response.status_code

    return call


def _hold(operation: Operation, call: Callable[[Case], int], good: Mapping[str, Any]) -> None:
    assert call(operation.Case(**good)) in range(200, 300)
    if "body" in good:
        _call_with_all(operation.as_strategy(), lambda case: call(_succeeding(case, good["body"])))
    variables: Mapping[str, Any] | None
    for variables in ({}, good.get("path_parameters")):
        if variables is not None:
            _call_with_all(operation.as_strategy(GenerationMode.POSITIVE, path_parameters=dict(variables)), call)
            # What has nothing that could be wrong cannot be called wrongly.
            if operation.query or operation.body or (_has_form(operation.path_parameters) and not variables):
                _call_with_all(operation.as_strategy(GenerationMode.NEGATIVE, path_parameters=dict(variables)), call)


def _call_with_all(cases: SearchStrategy[Case], call: Callable[[Case], int]) -> None:
    @_settings
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
def _described(file: Path) -> schemathesis.BaseSchema:
    document = json.loads(file.read_text(encoding="utf-8"))
    for operation in (one for methods in document["paths"].values() for one in methods.values()):
        operation.pop("security", None)  # each call has a valid token
        for parameter in operation.get("parameters", ()):
            if "*/*" in parameter.get("content", {}):
                # That it is JSON, encoded for a URL, is said in words only.
                parameter["content"] = {"application/json": parameter["content"]["*/*"]}
    return schemathesis.openapi.from_dict(document)
