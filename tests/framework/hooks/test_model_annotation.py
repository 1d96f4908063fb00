from __future__ import annotations

import pytest

from biot_plugin import (
    Event,
    Plugin,
    PostRequest,
    RegistrationError,
)
from biot_plugin.testing import Client

PATIENTS = "POST/organization/v1/users/patients"


def test_a_handler_for_another_kind_of_event_is_refused(plugin: Plugin) -> None:
    def wrong(event: PostRequest) -> None: ...

    with pytest.raises(RegistrationError, match=r"wrong.* takes PostRequest, but is registered for PreRequest"):
        plugin.pre_request(PATIENTS)(wrong)  # type: ignore[type-var]

    def general(event: Event) -> None: ...

    plugin.pre_request(PATIENTS)(general)


def test_an_annotation_without_a_model_need_not_be_resolvable(plugin: Plugin) -> None:
    def handler(event: Nowhere) -> None: ...  # type: ignore[name-defined]  # noqa: F821

    plugin.scheduled("0 0 * * ? *")(handler)
    assert Client(plugin).scheduled().status_code == 200
