"""The plugin as a module of Terraform."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from biot_plugin_cli.aws.function.state import ARCHITECTURE
from biot_plugin_cli.aws.names import ALIAS
from biot_plugin_cli.export.hcl import Block, Call, Expression, Template, quoted, render
from biot_plugin_cli.export.parameters import Parameter, Variables
from biot_plugin_cli.own_account.desired_state import DesiredState

__all__ = ["render_terraform"]

# The first version that knows invoked_via_function_url, without which a public URL cannot be called.
_PROVIDER = ">= 6.29"
_GROUP = "aws_cloudwatch_log_group.plugin"
_FUNCTION = "aws_lambda_function.plugin"
_ALIAS = "aws_lambda_alias.live"


def render_terraform(desired: DesiredState, variables: Variables, package: str) -> dict[str, str]:
    """Render the files of the module, by their names.

    Args:
        desired: The plugin.
        variables: Its environment variables.
        package: The path of its zip file, relative to the module.
    """
    return {
        "versions.tf": render([_versions()]),
        "variables.tf": render([*map(_variable, variables.parameters), _package_variable(package)]),
        "main.tf": render([*_resources(desired, variables, package)]),
        "outputs.tf": render([*_outputs()]),
    }


def _versions() -> Block:
    providers = Block("required_providers", (), [("aws", {"source": "hashicorp/aws", "version": _PROVIDER})])
    return Block("terraform", (), [("required_version", ">= 1.5"), providers])


def _variable(parameter: Parameter) -> Block:
    default = [] if parameter.default is None else [("default", parameter.default)]
    sensitive = [("sensitive", True)] if parameter.is_secret else []
    attributes = [("description", parameter.description), ("type", Expression("string")), *default, *sensitive]
    return Block("variable", [parameter.snake_case], attributes)


def _package_variable(package: str) -> Block:
    description = f"The path of the plugin's zip file; {package} from here if left out"
    return Block(
        "variable",
        ["package"],
        [("description", description), ("type", Expression("string")), ("default", Expression("null"))],
    )


def _resources(desired: DesiredState, variables: Variables, package: str) -> Iterator[Block]:
    path = '"${path.module}/' + quoted(package)[1:]
    yield Block("locals", (), [("package", Expression(f"coalesce(var.package, {path})")), ("tags", _tags(desired))])
    yield _log_group(desired)
    if not desired.settings.role:
        yield from _role(desired, variables)
    yield _function(desired, variables)
    yield Block(
        "resource",
        ["aws_lambda_alias", "live"],
        [
            ("name", ALIAS),
            ("function_name", Expression(f"{_FUNCTION}.function_name")),
            ("function_version", Expression(f"{_FUNCTION}.version")),
        ],
    )
    yield from _url(desired)
    if desired.cron:
        yield from _schedule(desired, desired.cron)


def _log_group(desired: DesiredState) -> Block:
    group = desired.log_group
    return Block(
        "resource",
        ["aws_cloudwatch_log_group", "plugin"],
        [
            ("name", desired.names.log_group),
            *([("retention_in_days", group.retention)] if group.retention else []),
            *([("kms_key_id", group.kms_key)] if group.kms_key else []),
            ("tags", Expression("local.tags")),
        ],
    )


def _role(desired: DesiredState, variables: Variables) -> Iterator[Block]:
    secret = variables.secret_arn
    role = desired.role(f"${{{_GROUP}.arn}}", f"${{var.{secret.snake_case}}}" if secret else None)
    if role is None:
        raise ValueError("an existing role is used")
    yield Block(
        "resource",
        ["aws_iam_role", "plugin"],
        [
            ("name", desired.names.role),
            ("path", role.path),
            *([("permissions_boundary", role.boundary)] if role.boundary else []),
            ("assume_role_policy", Call("jsonencode", role.trust)),
            ("tags", Expression("local.tags")),
        ],
    )
    yield Block(
        "resource",
        ["aws_iam_role_policy", "plugin"],
        [
            ("name", "biot-plugin"),
            ("role", Expression("aws_iam_role.plugin.id")),
            ("policy", Call("jsonencode", _with_templates(role.policy or {}))),
        ],
    )


def _with_templates(policy: Mapping[str, Any]) -> dict[str, Any]:
    statements = [{**item, "Resource": Template(item["Resource"])} for item in policy["Statement"]]
    return {**policy, "Statement": statements}


def _function(desired: DesiredState, variables: Variables) -> Block:
    manifest, settings = desired.manifest, desired.settings
    vpc = [("subnet_ids", list(settings.subnets)), ("security_group_ids", list(settings.security_groups))]
    policy = [] if settings.role else ["aws_iam_role_policy.plugin"]
    return Block(
        "resource",
        ["aws_lambda_function", "plugin"],
        [
            ("function_name", desired.names.function),
            ("description", f"The BioT plugin {manifest.name}"),
            ("filename", Expression("local.package")),
            ("source_code_hash", Expression("filebase64sha256(local.package)")),
            ("runtime", manifest.runtime),
            ("handler", manifest.handler),
            ("architectures", [ARCHITECTURE]),
            ("timeout", manifest.timeout),
            ("memory_size", manifest.memory_size),
            ("role", settings.role or Expression("aws_iam_role.plugin.arn")),
            ("publish", True),
            *([("kms_key_arn", settings.kms_key)] if settings.kms_key else []),
            ("tags", Expression("local.tags")),
            Block("ephemeral_storage", (), [("size", manifest.ephemeral_storage)]),
            Block("environment", (), [("variables", _environment(variables))]),
            Block("logging_config", (), [("log_format", "Text"), ("log_group", Expression(f"{_GROUP}.name"))]),
            *([Block("vpc_config", (), vpc)] if settings.subnets else []),
            *([("depends_on", [Expression(item) for item in policy])] if policy else []),
        ],
    )


def _environment(variables: Variables) -> dict[str, Any]:
    parameters = {item.variable: Expression(f"var.{item.snake_case}") for item in variables.parameters}
    return dict(sorted({**dict(variables.fixed), **parameters}.items()))


def _url(desired: DesiredState) -> Iterator[Block]:
    cors = [(name.replace("-", "_"), values) for name, values in desired.cors.items()]
    yield Block(
        "resource",
        ["aws_lambda_function_url", "plugin"],
        [
            *_of_alias(),
            ("authorization_type", "NONE"),
            *([Block("cors", (), cors)] if cors else []),
        ],
    )
    # AWS loses some of several permissions that are added at once: one after the other.
    yield _permission(
        "url",
        "lambda:InvokeFunctionUrl",
        "*",
        [("function_url_auth_type", "NONE")],
        after="aws_lambda_function_url.plugin",
    )
    yield _permission(
        "url_invoke",
        "lambda:InvokeFunction",
        "*",
        [("invoked_via_function_url", True)],
        after="aws_lambda_permission.url",
    )


def _permission(name: str, action: str, principal: str, condition: list[tuple[str, Any]], *, after: str) -> Block:
    return Block(
        "resource",
        ["aws_lambda_permission", name],
        [
            ("statement_id", f"biot-plugin-{name.replace('_', '-')}"),
            *_of_alias(),
            ("action", action),
            ("principal", principal),
            *condition,
            ("depends_on", [Expression(after)]),
        ],
    )


def _of_alias() -> list[tuple[str, Any]]:
    return [("function_name", Expression(f"{_ALIAS}.function_name")), ("qualifier", Expression(f"{_ALIAS}.name"))]


def _schedule(desired: DesiredState, cron: str) -> Iterator[Block]:
    rule = "aws_cloudwatch_event_rule.schedule"
    yield Block(
        "resource",
        ["aws_cloudwatch_event_rule", "schedule"],
        [
            ("name", desired.names.rule),
            ("description", "The schedule of a BioT plugin, in UTC"),
            ("schedule_expression", f"cron({cron})"),
            ("tags", Expression("local.tags")),
        ],
    )
    yield _permission(
        "schedule",
        "lambda:InvokeFunction",
        "events.amazonaws.com",
        [("source_arn", Expression(f"{rule}.arn"))],
        after="aws_lambda_permission.url_invoke",
    )
    yield Block(
        "resource",
        ["aws_cloudwatch_event_target", "schedule"],
        [
            ("rule", Expression(f"{rule}.name")),
            ("arn", Expression(f"{_ALIAS}.arn")),
            ("target_id", "biot-plugin"),
            ("depends_on", [Expression("aws_lambda_permission.schedule")]),
        ],
    )


def _outputs() -> Iterator[Block]:
    url, arn = "aws_lambda_function_url.plugin.function_url", f"{_FUNCTION}.arn"
    description = "The address to subscribe with biot-plugin subscribe"
    yield Block("output", ["function_url"], [("description", description), ("value", Expression(url))])
    yield Block("output", ["function_arn"], [("description", "The ARN of the function"), ("value", Expression(arn))])


def _tags(desired: DesiredState) -> dict[str, str]:
    # Without the tags of what this program has made: it would take the resources of this module for its own.
    return dict(sorted(desired.settings.tags.items()))
