"""The plugin as a template of AWS SAM, in YAML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from biot_plugin_cli.aws.function.state import ARCHITECTURE
from biot_plugin_cli.aws.names import ALIAS
from biot_plugin_cli.errors import InvalidPlugin
from biot_plugin_cli.export.parameters import Parameter, Variables
from biot_plugin_cli.own_account.desired_state import DesiredState

__all__ = ["render_sam"]

_MAX_DESCRIPTION = 1024
_CORS = {
    "allow-origins": "AllowOrigins",
    "allow-methods": "AllowMethods",
    "allow-headers": "AllowHeaders",
    "expose-headers": "ExposeHeaders",
}
# CloudFormation replaces it wherever it is, and has no way to escape it.
_DYNAMIC = "{{resolve:"


def render_sam(desired: DesiredState, variables: Variables, package: str) -> str:
    """Render the template.

    Args:
        desired: The plugin.
        variables: Its environment variables.
        package: The path of its zip file, relative to the template.

    Raises:
        InvalidPlugin: A setting has what CloudFormation would replace.
    """
    import yaml

    document = _template(desired, variables, package)
    for path, text in _texts(document):
        if _DYNAMIC in text:
            raise InvalidPlugin(
                f"CloudFormation would replace {_DYNAMIC}...}}}} in {'.'.join(path)}: remove it, or export terraform"
            )
    rendered: str = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=10_000)
    return rendered


def _template(desired: DesiredState, variables: Variables, package: str) -> dict[str, Any]:
    role = {} if desired.settings.role else {"Role": _role(desired, variables)}
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Transform": "AWS::Serverless-2016-10-31",
        "Description": f"The BioT plugin {desired.manifest.display_name}"[: _MAX_DESCRIPTION // 4],
        "Parameters": {item.camel_case: _parameter(item) for item in variables.parameters},
        "Resources": {"LogGroup": _log_group(desired), **role, "Function": _function(desired, variables, package)},
        "Outputs": {
            "FunctionUrl": {
                "Description": "The address to subscribe with biot-plugin subscribe",
                "Value": {"Fn::GetAtt": ["FunctionUrl", "FunctionUrl"]},
            },
            "FunctionArn": {"Description": "The ARN of the function", "Value": {"Fn::GetAtt": ["Function", "Arn"]}},
        },
    }


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "Type": "String",
        "Description": parameter.description,
        **({"NoEcho": True} if parameter.is_secret else {}),
        **({"MinLength": 1} if parameter.default is None else {"Default": parameter.default}),
    }


def _log_group(desired: DesiredState) -> dict[str, Any]:
    group = desired.log_group
    return {
        "Type": "AWS::Logs::LogGroup",
        "Properties": {
            "LogGroupName": desired.names.log_group,
            **({"RetentionInDays": group.retention} if group.retention else {}),
            **({"KmsKeyId": group.kms_key} if group.kms_key else {}),
            "Tags": _tag_list(desired),
        },
    }


def _role(desired: DesiredState, variables: Variables) -> dict[str, Any]:
    group = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:" + desired.names.log_group
    secret = variables.secret_arn
    role = desired.role(group, f"${{{secret.camel_case}}}" if secret else None)
    if role is None:
        raise ValueError("an existing role is used")
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "Path": role.path,
            "AssumeRolePolicyDocument": dict(role.trust),
            **({"PermissionsBoundary": role.boundary} if role.boundary else {}),
            "Policies": [{"PolicyName": "biot-plugin", "PolicyDocument": _policy(role.policy or {})}],
            "Tags": _tag_list(desired),
        },
    }


def _policy(policy: Mapping[str, Any]) -> dict[str, Any]:
    statements = [{**statement, "Resource": _substituted(statement["Resource"])} for statement in policy["Statement"]]
    return {**policy, "Statement": statements}


def _substituted(text: str) -> Any:
    return {"Fn::Sub": text} if "${" in text else text


def _function(desired: DesiredState, variables: Variables, package: str) -> dict[str, Any]:
    manifest, settings = desired.manifest, desired.settings
    vpc = {"SubnetIds": list(settings.subnets), "SecurityGroupIds": list(settings.security_groups)}
    return {
        "Type": "AWS::Serverless::Function",
        **_linter_settings(variables),
        "Properties": {
            "FunctionName": desired.names.function,
            "CodeUri": package,
            "Runtime": manifest.runtime,
            "Handler": manifest.handler,
            "Architectures": [ARCHITECTURE],
            "Timeout": manifest.timeout,
            "MemorySize": manifest.memory_size,
            "EphemeralStorage": {"Size": manifest.ephemeral_storage},
            "Role": settings.role or {"Fn::GetAtt": ["Role", "Arn"]},
            "LoggingConfig": {"LogGroup": {"Ref": "LogGroup"}},
            "Environment": {"Variables": _environment(variables)},
            **({"VpcConfig": vpc} if settings.subnets else {}),
            **({"KmsKeyArn": settings.kms_key} if settings.kms_key else {}),
            # SAM gives the alias both permissions that a public URL needs.
            "AutoPublishAlias": ALIAS,
            "AutoPublishAliasAllProperties": True,
            "FunctionUrlConfig": {"AuthType": "NONE", **_cors(desired)},
            **({"Events": {"Schedule": _schedule(desired)}} if desired.cron else {}),
            "Tags": _tags(desired),
        },
    }


def _linter_settings(variables: Variables) -> dict[str, Any]:
    # CloudFormation leaves ${...} alone outside of Fn::Sub, and its linter takes it for a forgotten one.
    if not any("${" in value for _, value in variables.fixed):
        return {}
    return {"Metadata": {"cfn-lint": {"config": {"ignore_checks": ["E1029"]}}}}


def _environment(variables: Variables) -> dict[str, Any]:
    parameters = {item.variable: {"Ref": item.camel_case} for item in variables.parameters}
    return dict(sorted({**dict(variables.fixed), **parameters}.items()))


def _cors(desired: DesiredState) -> dict[str, Any]:
    return {"Cors": {_CORS[name]: values for name, values in desired.cors.items()}} if desired.cors else {}


def _schedule(desired: DesiredState) -> dict[str, Any]:
    return {
        "Type": "Schedule",
        "Properties": {
            "Name": desired.names.rule,
            "Description": "The schedule of a BioT plugin, in UTC",
            "Schedule": f"cron({desired.cron})",
        },
    }


def _tags(desired: DesiredState) -> dict[str, str]:
    # Without the tags of what this program has made: it would take the resources of a stack for its own.
    return dict(sorted(desired.settings.tags.items()))


def _tag_list(desired: DesiredState) -> list[dict[str, str]]:
    return [{"Key": name, "Value": value} for name, value in _tags(desired).items()]


def _texts(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from _texts(item, (*path, name))
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item, path)
