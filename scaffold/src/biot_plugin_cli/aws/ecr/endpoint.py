"""Where the credentials of an image repository are exchanged: at AWS, at what stands in for it, or at the platform."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from biot_plugin_cli.errors import UsageError
from biot_plugin_cli.http.proxies import LOOPBACK

__all__ = ["find_endpoint", "is_ecr", "is_loopback"]

_AWS = (".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu", ".api.aws")
_ECR = re.compile(r"\d{12}\.dkr[.-]ecr(-fips)?\.[a-z0-9-]+\.(amazonaws\.com(\.cn)?|amazonaws\.eu|on\.aws)")


def is_loopback(url: str) -> bool:
    """Tell whether a URL is on this machine."""
    return urlsplit(url).hostname in LOOPBACK


def is_ecr(host: str) -> bool:
    """Tell whether a registry is one of AWS's."""
    return _ECR.fullmatch(host) is not None


def find_endpoint(configured: str, host: str, platform: str) -> str:
    """Find the URL that exchanges credentials for a login at a registry.

    Args:
        configured: The URL that boto3 calls with the settings of this machine, `AWS_ENDPOINT_URL` among them.
        host: The host of the registry, with its port.
        platform: The base URL of the platform that the credentials are from.

    Raises:
        UsageError: Nobody is known to exchange them, or they would be sent unencrypted.
    """
    if not (urlsplit(configured).hostname or "").endswith(_AWS):
        _require_encryption(configured)
        return configured
    if is_ecr(host):
        return configured
    if is_loopback(platform):
        return platform
    raise UsageError(
        f"The platform's image registry {host} is not one of AWS's, and nothing here exchanges its credentials for a "
        "login: set AWS_ENDPOINT_URL_ECR to what does, or check the base URL"
    )


def _require_encryption(url: str) -> None:
    if urlsplit(url).scheme != "https" and not is_loopback(url):
        raise UsageError(f"Refusing to send credentials to {url} over http: set AWS_ENDPOINT_URL to an https URL")
