from __future__ import annotations

from biot_plugin_cli.hooks.catalogue import Catalogue
from biot_plugin_cli.hooks.literal_types import FILE, literal_types
from tests.scaffold.support import CHECKOUT


def test_the_types_of_the_framework_are_those_of_the_published_lists() -> None:
    current = (CHECKOUT / FILE).read_text(encoding="utf-8")
    assert current == literal_types(Catalogue.published()), "run python -m biot_plugin_cli.hooks.literal_types"
