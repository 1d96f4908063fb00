"""A function as AWS shows it: its code, its configuration and its state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from biot_plugin_cli.errors import OperationFailed

if TYPE_CHECKING:
    from mypy_boto3_lambda.type_defs import FunctionConfigurationTypeDef

__all__ = ["ARCHITECTURE", "FunctionCode", "FunctionConfig", "FunctionState"]

_LATEST = "$LATEST"
ARCHITECTURE = "x86_64"
"""The processor that packages are built for."""

# What somebody can set that no deployment sets, with what takes it back.
_BY_HAND: Mapping[str, Any] = {
    "Layers": [],
    "DeadLetterConfig": {"TargetArn": ""},
    "TracingConfig": {"Mode": "PassThrough"},
    "FileSystemConfigs": [],
    "LoggingConfig": {},
    "SnapStart": {"ApplyOn": "None"},
}


@dataclass(frozen=True, slots=True)
class FunctionCode:
    """The code of a function, as calls of Lambda have it.

    Attributes:
        package_type: What it is; it is fixed when the function is created.
        location: The zip file itself, or the address of the image.
    """

    package_type: Literal["Zip", "Image"]
    location: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class FunctionConfig:
    """The configuration of a function.

    Attributes:
        runtime: The runtime, such as `python3.13`; empty for an image, which has one in it.
        handler: Module and attribute of the entry point; empty for an image.
        role: The ARN of the execution role.
        timeout: Time limit of one event in seconds.
        memory_size: Memory in megabytes.
        ephemeral_storage: Size of /tmp in megabytes.
        environment: All environment variables.
        architecture: The processor.
        subnets: The ids of the VPC's subnets, sorted.
        security_groups: The ids of its security groups, sorted.
        kms_key: The ARN of the key that encrypts the environment variables; empty for AWS's own.
        by_hand: What somebody has set that no deployment sets, such as layers, by AWS's names.
    """

    runtime: str
    handler: str
    role: str
    timeout: int
    memory_size: int
    ephemeral_storage: int
    environment: Mapping[str, str] = field(repr=False)
    architecture: str = ARCHITECTURE
    subnets: tuple[str, ...] = ()
    security_groups: tuple[str, ...] = ()
    kms_key: str = ""
    by_hand: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, document: FunctionConfigurationTypeDef) -> FunctionConfig:
        """Create the configuration from AWS's document.

        Raises:
            OperationFailed: The environment variables cannot be read; all of them would be lost by an update.
        """
        environment: Mapping[str, Any] = document.get("Environment") or {}
        failure: Mapping[str, Any] = environment.get("Error") or {}
        if failure:
            raise OperationFailed(
                f"The environment variables of {document.get('FunctionName')} cannot be decrypted "
                f"({failure.get('ErrorCode')}): ask for the right kms:Decrypt on their key"
            )
        vpc: Mapping[str, Any] = document.get("VpcConfig") or {}
        storage: Mapping[str, Any] = document.get("EphemeralStorage") or {}
        return cls(
            runtime=document.get("Runtime", ""),
            handler=document.get("Handler", ""),
            role=document.get("Role", ""),
            timeout=document.get("Timeout", 0),
            memory_size=document.get("MemorySize", 0),
            ephemeral_storage=storage.get("Size", 512),
            environment=dict(environment.get("Variables") or {}),
            architecture=next(iter(document.get("Architectures", ())), ARCHITECTURE),
            subnets=tuple(sorted(vpc.get("SubnetIds") or ())),
            security_groups=tuple(sorted(vpc.get("SecurityGroupIds") or ())),
            kms_key=document.get("KMSKeyArn") or "",
            by_hand=_by_hand(document),
        )

    def request(self) -> dict[str, Any]:
        """Format the fields of a request that sets the configuration, all of them."""
        in_zip = {"Runtime": self.runtime, "Handler": self.handler} if self.runtime else {}
        return {
            **in_zip,
            "Role": self.role,
            "Timeout": self.timeout,
            "MemorySize": self.memory_size,
            "EphemeralStorage": {"Size": self.ephemeral_storage},
            "Environment": {"Variables": dict(self.environment)},
            "VpcConfig": {"SubnetIds": list(self.subnets), "SecurityGroupIds": list(self.security_groups)},
            "KMSKeyArn": self.kms_key,
        }

    def resets(self, name: str) -> dict[str, Any]:
        """Format the fields of a request that take back what somebody has set by hand of the function of this name."""
        fields = {field: _BY_HAND[field] for field in self.by_hand}
        if "LoggingConfig" in fields:
            fields["LoggingConfig"] = {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{name}"}
        return fields


@dataclass(frozen=True, slots=True)
class FunctionState:
    """A function, or a version of it, as AWS shows it.

    Attributes:
        arn: Its ARN.
        version: The number of the version, or `$LATEST`.
        config: Its configuration.
        code_sha256: The SHA-256 of its zip file, in base64, or the digest of its image, in hexadecimal.
        tags: The function's tags.
        modified: When it was last changed.
        status: `Active`, `Inactive`, `Pending` or `Failed`.
        update_status: `Successful`, `InProgress` or `Failed`.
        reason: Why it failed, if it has.
        revision: Identifies the state for conditional changes; None if AWS does not tell.
        package_type: `Zip` or `Image`.
        concurrency: How many events are handled at once, as somebody has reserved by hand; None for no such limit.
        description: What a version says of itself.
    """

    arn: str
    version: str
    config: FunctionConfig
    code_sha256: str
    tags: Mapping[str, str]
    modified: str
    status: str
    update_status: str
    reason: str
    revision: str | None
    package_type: str = "Zip"
    concurrency: int | None = None
    description: str = ""

    @classmethod
    def of(cls, document: FunctionConfigurationTypeDef, tags: Mapping[str, str]) -> FunctionState:
        """Create the state from AWS's document."""
        return cls(
            arn=document.get("FunctionArn", ""),
            version=document.get("Version", _LATEST),
            config=FunctionConfig.of(document),
            code_sha256=document.get("CodeSha256", ""),
            tags=tags,
            modified=document.get("LastModified", ""),
            status=document.get("State", "Active"),
            update_status=document.get("LastUpdateStatus", "Successful"),
            reason=document.get("StateReason") or document.get("LastUpdateStatusReason") or "",
            revision=document.get("RevisionId"),
            package_type=document.get("PackageType") or "Zip",
            description=document.get("Description") or "",
        )

    def has_snapshot(self, other: FunctionState) -> bool:
        """Whether both run the same code with the same configuration."""
        return (self.code_sha256, self.config) == (other.code_sha256, other.config)


def _by_hand(document: FunctionConfigurationTypeDef) -> dict[str, Any]:
    name = document.get("FunctionName", "")
    logging: Mapping[str, Any] = document.get("LoggingConfig") or {}
    values = {
        "Layers": [layer.get("Arn") for layer in document.get("Layers") or ()],
        "DeadLetterConfig": (document.get("DeadLetterConfig") or {}).get("TargetArn"),
        "TracingConfig": _unless((document.get("TracingConfig") or {}).get("Mode"), "PassThrough"),
        "FileSystemConfigs": [system.get("Arn") for system in document.get("FileSystemConfigs") or ()],
        "LoggingConfig": [
            value
            for value in (
                _unless(logging.get("LogFormat"), "Text"),
                _unless(logging.get("LogGroup"), f"/aws/lambda/{name}"),
            )
            if value
        ],
        "SnapStart": _unless((document.get("SnapStart") or {}).get("ApplyOn"), "None"),
    }
    return {field: value for field, value in values.items() if value}


def _unless(value: Any, default: str) -> Any:
    return None if value == default else value
