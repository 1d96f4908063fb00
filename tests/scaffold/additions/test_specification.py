"""A hook that is added: its names, for everything that can be hooked."""

from __future__ import annotations

import ast
import keyword

from biot_plugin_cli.additions.rendering import render_module, render_test
from biot_plugin_cli.additions.specification import Specification, specify
from biot_plugin_cli.hooks.offered.catalogue import Catalogue
from biot_plugin_cli.invoke.sample_events import EventOptions, create_event

CATALOGUE = Catalogue.published()


def all_hooks() -> list[Specification]:
    hooks = [
        specify(kind, {"api_id": api.api_id}, CATALOGUE)
        for kind in ("pre-request", "post-request")
        for api in CATALOGUE.apis
    ]
    hooks += [specify("adapt-entity", {"entity": entity}, CATALOGUE) for entity in CATALOGUE.entity_types]
    return hooks + [
        specify("notification", {"entity": entity, "action": action}, CATALOGUE)
        for entity, actions in CATALOGUE.notifications.items()
        for action in actions
    ]


def test_all_that_can_be_hooked_has_a_name_and_files_that_fit_on_their_lines() -> None:
    for hook in all_hooks():
        assert hook.module.isidentifier(), hook
        assert not keyword.iskeyword(hook.module), hook
        for text in (render_module(hook, hook.module), render_test(hook, hook.module)):
            ast.parse(text)
            assert max(map(len, text.splitlines())) <= 120, text
            assert "\n\n\n\n" not in text
            assert text.endswith("\n")
            assert not text.endswith("\n\n")
        options = {
            "adapt-entity": EventOptions(entity=hook.entity),
            "notification": EventOptions(entity=hook.entity, action=hook.action),
        }.get(hook.kind, EventOptions(api_id=hook.api_id))
        assert create_event(hook.kind, options, CATALOGUE)


def test_hardly_any_names_are_the_same() -> None:
    hooks = all_hooks()
    names = [hook.module for hook in hooks]
    same = {name for name in names if names.count(name) > 1}
    # The same of another version of the API; --name tells them apart.
    calls = ("get_measurements_raw", "create_generic_entity_by_template")
    assert same == {f"{when}_{call}" for when in ("before", "after") for call in calls}
    assert len({hook.key for hook in hooks}) == len(hooks)
