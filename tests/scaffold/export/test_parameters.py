from __future__ import annotations

import pytest

from biot_plugin_cli.export.parameters import find_variables
from tests.scaffold.exported import SECRETS, URL, desired_state


def test_what_looks_like_a_secret_is_a_parameter_without_a_value() -> None:
    variables = find_variables(desired_state(environment={**SECRETS, "GREETING": "Hello"}), URL)

    assert dict(variables.fixed) == {"BIOT_APP_NAME": "Demo", "GREETING": "Hello"}
    assert "hunter2" not in repr(variables)
    secret = {item.variable: item for item in variables.parameters if item.is_secret}
    assert set(secret) == {*SECRETS, "BIOT_SERVICE_USER_SECRET_KEY"}
    assert {item.default for item in secret.values()} == {None}


def test_the_key_in_a_secret_of_aws_is_passed_by_its_arn_alone() -> None:
    variables = find_variables(desired_state(aws={"key-store": "secrets-manager"}), URL)

    assert variables.secret_arn
    assert [item.variable for item in variables.parameters] == [
        "BIOT_BASE_URL",
        "BIOT_SERVICE_USER_ID",
        "BIOT_SERVICE_USER_SECRET_ARN",
    ]


def test_a_plugin_without_service_user_needs_none() -> None:
    variables = find_variables(desired_state(aws={"service-user": False}), None)

    assert [(item.variable, item.default) for item in variables.parameters] == [("BIOT_BASE_URL", None)]


@pytest.mark.parametrize("names", [("API_KEY", "API__KEY", "API_KEY_"), ("Api_key", "API_KEY", "API_KEY_2")])
def test_no_two_parameters_have_one_name(names: tuple[str, ...]) -> None:
    secret = "Zq8vK2mXw7Rt5Lp9Yb4Nc6Hd3Jf1Gs0a"
    variables = find_variables(desired_state(environment=dict.fromkeys(names, secret)), URL)

    for style in ("camel_case", "snake_case"):
        written = [getattr(item, style) for item in variables.parameters]
        assert len({*written}) == len(written) >= len(names)


def test_what_deploy_records_for_itself_is_not_exported() -> None:
    desired = desired_state(name="test")

    assert dict(find_variables(desired, URL).fixed) == {"BIOT_APP_NAME": "Demo", "BIOT_SERVICE_ENVIRONMENT": "test"}
