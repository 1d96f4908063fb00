"""The published names as types: what plugins may write, and what they cost."""

from __future__ import annotations

import subprocess
import sys
import typing

import pytest

import biot_plugin
from biot_plugin.hooks.api_id import ApiId
from biot_plugin.hooks.base import validate_entity_type
from biot_plugin.hooks.published import decorators, names

PLUGIN = """
import sys
from biot_plugin import Plugin
plugin = Plugin()
plugin.pre_request("POST/organization/v1/users/patients")(lambda event: None)
plugin.notification("patient", "_create")(lambda event: None)
print(*[name for name in sys.modules if "published" in name])
"""


def test_every_published_name_can_be_registered() -> None:
    for api_id in typing.get_args(names.ApiId):
        ApiId.parse(api_id)
    for entity_type in (*typing.get_args(names.EntityType), *typing.get_args(names.NotificationEntityType)):
        validate_entity_type(entity_type)
    plugin = biot_plugin.Plugin()
    for action in typing.get_args(names.NotificationAction):
        plugin.notification("patient", action)(lambda event: None)
    assert len(plugin.subscriptions()["notifications"]) > 10


@pytest.mark.parametrize("name", names.__all__)
def test_the_types_are_public(name: str) -> None:
    assert getattr(biot_plugin, name) is getattr(names, name)


def test_a_plugin_loads_none_of_them() -> None:
    assert subprocess.run([sys.executable, "-c", PLUGIN], capture_output=True, check=True, text=True).stdout == "\n"
    assert not [name for name in vars(decorators) if name.startswith("Unknown")]
