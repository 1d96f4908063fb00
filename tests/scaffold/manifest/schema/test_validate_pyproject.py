"""The schema in the program `validate-pyproject`, which finds it because it is installed."""

from __future__ import annotations

from typing import Any

import pytest
from validate_pyproject import api, errors, plugins

from tests.scaffold.manifest.schema.manifests import LEAST

PROJECT = {"project": {"name": "anything", "version": "0"}}


@pytest.fixture(scope="module")
def validator() -> api.Validator:
    return api.Validator(plugins=plugins.list_from_entry_points())


def _document(**more: Any) -> dict[str, Any]:
    return {**PROJECT, "tool": {"biot-plugin": {**LEAST, **more}}}


def test_the_plugin_is_registered() -> None:
    (plugin,) = [each for each in plugins.list_from_entry_points() if each.tool == "biot-plugin"]
    assert plugin.help_text == "Return the schema of a plugin of the BioT platform, [tool.biot-plugin]."


def test_a_valid_manifest_is_accepted(validator: api.Validator) -> None:
    document = _document(timeout=10, env={"prod": {"base-url": "https://x", "aws": {"region": "eu-central-1"}}})
    assert validator(document) == document


@pytest.mark.parametrize(
    ("more", "place"),
    [
        ({"timeout": 901}, "timeout"),
        ({"memory": 1}, "memory"),
        ({"env": {"prod": {"timeout": 0}}}, "timeout"),
        ({"aws": {"subnets": ["subnet-1"]}}, "security-groups"),
        ({"environment": {"BIOT_X": "x"}}, "environment"),
    ],
)
def test_an_invalid_one_is_refused(validator: api.Validator, more: dict[str, Any], place: str) -> None:
    with pytest.raises(errors.ValidationError) as refusal:
        validator(_document(**more))
    assert "tool.biot-plugin" in f"{refusal.value.name} {refusal.value.message}"
    assert place in f"{refusal.value.details} {refusal.value.message}"
