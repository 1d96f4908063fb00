"""The schema and `check` agree, but for what a schema cannot express."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import HealthCheck, given, settings

from biot_plugin_cli.manifest.environments import find_override_problems
from biot_plugin_cli.manifest.members.extra_rules import EXTRA_RULES
from biot_plugin_cli.manifest.members.plugin import SETTINGS
from biot_plugin_cli.manifest.problem import ManifestProblem
from biot_plugin_cli.manifest.rules import find_problems
from biot_plugin_cli.manifest.schema.documents import file_schema, table_schema
from biot_plugin_cli.manifest.settings import Manifest
from docs_tools.blocks import ROOT
from tests.scaffold.manifest.schema.manifests import LEAST, alternatives, manifests, members, setting_at

VALIDATOR = jsonschema_rs.Draft7Validator(table_schema())
#: Problems of more than one member, by their codes.
EXTRA_CODES = {"environment-too-large"}
CASES = [
    (path, value) for path, value in members() if len(path) == 1 or path[0] == "env" or path[0] in ("aws", "image")
]


def check(manifest: dict[str, Any]) -> list[ManifestProblem]:
    """The problems that `check` finds, those of environments included."""
    problems = list(find_problems(manifest))
    read = Manifest.of(manifest, problems)
    return [*problems, *(problem for name in read.environments for problem in find_override_problems(read, name))]


def with_member(path: tuple[str, ...], value: Any) -> dict[str, Any]:
    """The least manifest with one more member."""
    *tables, key = path
    nested: dict[str, Any] = reduce(lambda inner, table: {table: inner}, reversed(tables), {key: value})
    return {**LEAST, **nested}


def value_at(manifest: dict[str, Any], path: tuple[str, ...]) -> Any:
    return reduce(lambda table, key: table[key], path, manifest)


def is_beyond_schema(problem: ManifestProblem, manifest: dict[str, Any]) -> bool:
    """Whether a problem is one that a schema cannot express."""
    if problem.code in EXTRA_CODES:
        return True
    value = setting_at(problem.keys)
    if value is None or value.extra is None:
        return False
    assert value.extra.name in EXTRA_RULES
    item = value_at(manifest, problem.keys)
    return value.allows(item) and not value.extra.holds(item)


def disagreement(manifest: dict[str, Any]) -> str | None:
    problems, accepted = check(manifest), VALIDATOR.is_valid(manifest)
    if not problems and not accepted:
        return f"the schema refuses what check accepts: {manifest}"
    if accepted and not all(is_beyond_schema(problem, manifest) for problem in problems):
        return f"the schema accepts {manifest}, and check has {[str(problem) for problem in problems]}"
    return None


@pytest.mark.parametrize(("path", "value"), CASES, ids=[".".join(path) for path, _ in CASES])
def test_each_value_of_a_member_is_judged_alike(path: tuple[str, ...], value: Any) -> None:
    problems = [found for item in alternatives(value) if (found := disagreement(with_member(path, item)))]
    assert not problems, "\n".join(problems)


def test_each_member_is_accepted_with_one_value_and_refused_with_another() -> None:
    for path, value in CASES:
        verdicts = {VALIDATOR.is_valid(with_member(path, item)) for item in alternatives(value)}
        assert verdicts == {True, False}, path


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(manifest=manifests())
def test_whole_manifests_are_judged_alike(manifest: dict[str, Any]) -> None:
    assert disagreement(manifest) is None


@pytest.mark.parametrize("name", LEAST)
def test_what_is_required_is_required_by_both(name: str) -> None:
    manifest = {key: value for key, value in LEAST.items() if key != name}
    assert not VALIDATOR.is_valid(manifest)
    assert [problem.code for problem in check(manifest)] == ["key-missing"]
    assert VALIDATOR.is_valid({**LEAST, "env": {"prod": {}}})


def contradictions() -> Iterator[dict[str, Any]]:
    role, boundary = "arn:aws:iam::123456789012:role/r", "arn:aws:iam::aws:policy/p"
    yield from ({"subnets": ["subnet-1"]}, {"security-groups": ["sg-1"]}, {"create-repository": True})
    yield from ({"role": role, "role-path": "/"}, {"role": role, "permissions-boundary": boundary})
    yield {"subnets": ["subnet-1"], "security-groups": []}


def agreements() -> Iterator[dict[str, Any]]:
    yield from ({"subnets": []}, {"create-repository": False}, {"subnets": ["subnet-1"], "security-groups": ["sg-1"]})
    yield from (
        {"create-repository": True, "repository": "ab"},
        {"role-path": "/a/", "permissions-boundary": "arn:aws:iam::aws:policy/p"},
    )


@pytest.mark.parametrize("place", [("aws",), ("env", "prod", "aws")], ids=["top", "environment"])
def test_settings_that_contradict_each_other_are_refused_by_both(place: tuple[str, ...]) -> None:
    for table in contradictions():
        assert len(check(with_member(place, table))) == 1
        assert not VALIDATOR.is_valid(with_member(place, table)), table
    for table in agreements():
        assert not check(with_member(place, table))
        assert VALIDATOR.is_valid(with_member(place, table)), table


def test_what_a_schema_cannot_say_is_listed_in_it() -> None:
    comment = table_schema()["$comment"]
    used = {value.extra.name for _, value in members() if value.extra}
    assert used == {*EXTRA_RULES}
    assert all(f"{rule.name} ({rule.meaning})" in comment for rule in EXTRA_RULES.values())


def test_each_member_says_what_it_is_for_and_what_it_may_be() -> None:
    properties = table_schema()["properties"]
    environment = properties["env"]["additionalProperties"]["properties"]
    assert {*properties, *environment} == {*SETTINGS}
    for key, setting in SETTINGS.items():
        member = properties.get(key) or environment[key]
        assert member["description"].startswith(setting.meaning)
        assert setting.value.words in member["description"]
        assert member.get("default") == setting.default
    assert "base-url" not in properties
    assert "env" not in environment


def test_other_tables_of_the_file_are_left_open() -> None:
    validator = jsonschema_rs.Draft7Validator(file_schema(table_schema()))
    assert validator.is_valid({"project": {"name": 1}, "tool": {"ruff": {"x": 1}, "biot-plugin": LEAST}})
    assert validator.is_valid({})
    assert not validator.is_valid({"tool": {"biot-plugin": {**LEAST, "memory": 1}}})


def test_another_schema_counts_besides() -> None:
    document = file_schema(table_schema(), ["https://schemas.example/pyproject.json"])
    assert document["allOf"][0] == {"$ref": "https://schemas.example/pyproject.json"}
    assert document["allOf"][1]["properties"] == file_schema(table_schema())["properties"]


def test_the_documentation_has_what_a_schema_cannot_say() -> None:
    text = (ROOT / "docs/editors.md").read_text(encoding="utf-8")
    rows = "".join(f"| `{rule.name}` | {rule.meaning} |\n" for rule in EXTRA_RULES.values())
    assert rows in text
