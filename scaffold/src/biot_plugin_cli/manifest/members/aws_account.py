"""The members of `[tool.biot-plugin.aws]`."""

from __future__ import annotations

from biot_plugin_cli.manifest.members.conditions import Condition
from biot_plugin_cli.manifest.members.extra_rules import TAG_CHARACTERS
from biot_plugin_cli.manifest.members.tables import Setting, SettingsTable, TextTable
from biot_plugin_cli.manifest.members.values import Choice, Flag, Text, Texts

__all__ = ["AWS", "LOG_RETENTIONS"]

LOG_RETENTIONS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653),
)
"""The numbers of days that CloudWatch Logs keeps logs for."""

_MAX_TAGS = 40
_ARN = "^arn:(aws|aws-cn|aws-us-gov)"
_PATH = "[a-zA-Z0-9_+=,.@/-]+$"

AWS = SettingsTable(
    "a table, [tool.biot-plugin.aws]",
    {
        "region": Setting(
            Text("a region such as 'eu-central-1'", "^[a-z]{2}(-[a-z]+)+-[0-9]$"),
            "The region; without one, it is that of the environment or the profile.",
        ),
        "profile": Setting(
            Text("the name of a profile", r"^[^\x00-\x20]([^\r\n]*[^\x00-\x20])?$"),
            "The profile of AWS's configuration files; without one, the environment's credentials count.",
        ),
        "function-name": Setting(
            Text("1 to 64 letters, digits, '-' and '_'", "^[a-zA-Z0-9_-]+$", longest=64),
            "The function's name; without one, it is `biot-NAME`, or `biot-NAME-ENVIRONMENT`.",
        ),
        "role": Setting(
            Text("the ARN of a role", f"{_ARN}:iam::[0-9]{{12}}:role/{_PATH}"),
            "The ARN of an existing execution role; without one, it is made.",
        ),
        "role-path": Setting(
            Text("a path such as '/plugins/'", r"^/([a-zA-Z0-9_+=,.@-]+/)*$", longest=512),
            "The path of the role that is made.",
            "/",
        ),
        "permissions-boundary": Setting(
            Text("the ARN of a policy", f"{_ARN}:iam::([0-9]{{12}}|aws):policy/{_PATH}"),
            "The ARN of the policy that bounds the role that is made.",
        ),
        "tags": Setting(
            TextTable(
                f"a table of at most {_MAX_TAGS} strings of letters, digits, spaces and '_.:/=+@-', not named aws: or "
                "biot-plugin:",
                Text("", r"^(?!aws:|biot-plugin:)[^\n]+$", longest=128, shortest=1),
                Text("", longest=256),
                most=_MAX_TAGS,
                extra=TAG_CHARACTERS,
            ),
            "Tags of everything that is made, besides those that say whose it is.",
        ),
        "subnets": Setting(
            Texts(
                "a list of at most 16 ids such as 'subnet-0a1b2c3d'",
                Text("an id such as 'subnet-0a1b2c3d'", "^subnet-[0-9a-z]+$"),
                most=16,
            ),
            "The ids of the VPC's subnets that the function runs in.",
        ),
        "security-groups": Setting(
            Texts(
                "a list of at most 5 ids such as 'sg-0a1b2c3d'",
                Text("an id such as 'sg-0a1b2c3d'", "^sg-[0-9a-z]+$"),
                most=5,
            ),
            "The ids of its security groups.",
        ),
        "kms-key": Setting(
            Text("the ARN of a key", f"{_ARN}:kms:[a-z0-9-]+:[0-9]{{12}}:key/[a-zA-Z0-9-]+$"),
            "The ARN of the key that encrypts variables, logs and secret; without one, it is AWS's own.",
        ),
        "log-retention": Setting(
            Choice(f"a number of days among {', '.join(map(str, LOG_RETENTIONS))}", LOG_RETENTIONS),
            "Days after which logs are deleted.",
            30,
        ),
        "service-user": Setting(Flag(), "Whether the plugin has a service user on the platform.", True),
        "service-user-role": Setting(
            Text("the id of a role on the platform", "^[0-9a-fA-F-]{36}$"),
            "The id of the service user's role on the platform; without one, it is made, without permissions.",
        ),
        "repository": Setting(
            Text(
                "the name of a repository in the account's ECR, such as 'plugins/demo', of at most 256 lower-case "
                "letters, digits and single '/', '.', '_' and '-'",
                "^[a-z0-9]+([._-]+[a-z0-9]+)*(/[a-z0-9]+([._-]+[a-z0-9]+)*)*$",
                longest=256,
                shortest=2,
            ),
            "The name of the account's repository for the images of the plugin.",
        ),
        "create-repository": Setting(Flag(), "Whether to make the repository.", False),
        "key-store": Setting(
            Choice("'variable' or 'secrets-manager'", ("variable", "secrets-manager")),
            "Where the service user's key is kept: in an encrypted variable, or in Secrets Manager.",
            "variable",
        ),
    },
    conditions=(
        Condition(
            "subnets",
            "vpc-incomplete",
            "only one of subnets and security-groups",
            "set both, or none",
            needs="security-groups",
        ),
        Condition(
            "security-groups",
            "vpc-incomplete",
            "only one of subnets and security-groups",
            "set both, or none",
            needs="subnets",
        ),
        Condition(
            "create-repository",
            "repository-missing",
            "create-repository without a name for it",
            "set repository, or remove it",
            needs="repository",
        ),
        Condition(
            "role",
            "role-ambiguous",
            "an existing role, and settings of one to make",
            "remove either",
            excludes=("permissions-boundary", "role-path"),
        ),
    ),
)
"""The settings of an AWS account of one's own."""
