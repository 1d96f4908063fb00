"""The names in an account follow from the plugin and its environment."""

from __future__ import annotations

import pytest

from biot_plugin_cli.aws.names import ResourceNames, is_owned
from biot_plugin_cli.errors import InvalidPlugin


def test_names_differ_by_plugin_and_environment() -> None:
    names = [ResourceNames.of("demo", None, None), ResourceNames.of("demo", "test", None)]

    assert [name.function for name in names] == ["biot-demo", "biot-demo-test"]
    assert [name.log_group for name in names] == ["/aws/lambda/biot-demo", "/aws/lambda/biot-demo-test"]
    assert ResourceNames.of("demo", "test", "other").role == "other"


@pytest.mark.parametrize(
    ("plugin", "environment"),
    [("n" * 57, "test"), ("demo", "two words"), ("demo", "e/u"), ("demo", "é"), ("n" * 57, "é")],
)
def test_a_name_that_aws_refuses_is_refused_first(plugin: str, environment: str) -> None:
    with pytest.raises(InvalidPlugin, match=r"64 letters.*set function-name"):
        ResourceNames.of(plugin, environment, None)


def test_the_longest_name_of_a_plugin_is_no_trouble() -> None:
    assert len(ResourceNames.of("n" * 57, None, None).function) == 62


def test_only_all_of_the_tags_make_an_owner() -> None:
    names, other = ResourceNames.of("demo", None, None), ResourceNames.of("demo", "test", None)

    assert is_owned({**names.tags, "more": "x"}, names)
    assert not is_owned(names.tags, other)
    assert not is_owned(other.tags, names)
    for name in names.tags:
        assert not is_owned({key: value for key, value in names.tags.items() if key != name}, names)
