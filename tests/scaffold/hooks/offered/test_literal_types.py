from __future__ import annotations

from biot_plugin_cli.hooks.offered.catalogue import Catalogue
from biot_plugin_cli.hooks.offered.literal_types import FILE, literal_types
from biot_plugin_cli.hooks.offered.page_tables import PAGE, with_tables
from tests.scaffold.support import CHECKOUT

ADVICE = "run python -m biot_plugin_cli.hooks.offered.literal_types"


def test_the_page_of_the_documentation_has_the_published_lists() -> None:
    current = (CHECKOUT / PAGE).read_text(encoding="utf-8")
    assert current == with_tables(current, Catalogue.published()), ADVICE
    for name in ("POST/organization/v1/users/patients/templates/{templateName}", "usage-session", "_incomingSms"):
        assert f"`{name}`" in current


def test_the_types_of_the_framework_are_those_of_the_published_lists() -> None:
    current = (CHECKOUT / FILE).read_text(encoding="utf-8")
    assert current == literal_types(Catalogue.published()), ADVICE
