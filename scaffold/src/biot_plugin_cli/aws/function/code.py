"""The code of a version of the Lambda function, as AWS hands it out."""

from __future__ import annotations

import base64
import hashlib

from urllib3.exceptions import HTTPError

from biot_plugin_cli.aws.errors import AwsUnreachable, find
from biot_plugin_cli.aws.function.state import FunctionCode, FunctionState
from biot_plugin_cli.aws.session import Account
from biot_plugin_cli.errors import OperationFailed
from biot_plugin_cli.http.limited_connections import Limits
from biot_plugin_cli.http.proxies import pool_for

__all__ = ["find_code"]

# Lambda takes as many bytes directly.
_LIMITS = Limits(sending_seconds=60, response_seconds=900, max_bytes=80 * 1024 * 1024)


def find_code(account: Account, name: str, version: FunctionState) -> FunctionCode:
    """Return the code of a version: the address of its image, or its zip file, which is downloaded.

    Args:
        account: The account.
        name: The function's name.
        version: The version.

    Raises:
        OperationFailed: AWS does not hand it out, or hands out another one.
        AwsUnreachable: It cannot be downloaded.
    """
    response = find(lambda: account.lambda_functions.get_function(FunctionName=name, Qualifier=version.version))
    code = response.get("Code", {}) if response else {}
    if version.package_type == "Image":
        if uri := code.get("ImageUri"):
            # A tag may be that of another image by now.
            return FunctionCode("Image", {"ImageUri": f"{_repository_of(uri)}@sha256:{version.code_sha256}"})
    elif url := code.get("Location"):
        content = _download(url)
        if base64.b64encode(hashlib.sha256(content).digest()).decode() == version.code_sha256:
            return FunctionCode("Zip", {"ZipFile": content})
    raise OperationFailed(
        f"AWS does not hand out the code of version {version.version} of {name}: check out the older code and deploy it"
    )


def _repository_of(uri: str) -> str:
    """Return the address of an image without its tag and digest; a host may have a port."""
    host, slash, path = uri.partition("@")[0].partition("/")
    return f"{host}{slash}{path.partition(':')[0]}"


def _download(url: str) -> bytes:
    pool = pool_for(url, limits=_LIMITS)
    try:
        response = pool.request("GET", url)
    except HTTPError as error:
        # Without the original message: the URL has a signature that gives access to the code.
        raise AwsUnreachable(f"Cannot download the code from AWS ({type(error).__name__}): try again") from None
    finally:
        pool.clear()
    if response.status != 200:
        raise AwsUnreachable(f"Cannot download the code from AWS (status {response.status}): try again")
    return response.data
