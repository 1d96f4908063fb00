"""The shared libraries that Lambda has, beside those of a package."""

from __future__ import annotations

import re
from pathlib import Path

from biot_plugin_cli.loading.process import PackageLoad

__all__ = ["libraries_of_this_machine"]

_OF_LAMBDA = re.compile(
    r"""
    ^(?:
        ld-linux.* | linux-vdso
        | lib(?:c|m|dl|rt|util|pthread|resolv|nsl|anl|crypt|nss_.*|gcc_s|stdc\+\+|tirpc)  # the C library, and C++
        | lib(?:ssl|crypto|z|bz2|lzma|zstd|ffi|sqlite3|expat|uuid|readline|tinfo.?|ncurses.?|panel.?|gdbm.*|db-.*)
        | lib(?:curl|nghttp2|krb5.*|k5crypto|gssapi_krb5|com_err|keyutils|idn2|unistring|psl|ssh2?|lber|ldap.*)
        | libpython3.*
    )(?:-[\d.]+)?\.so(?:\.|$)
    """,
    re.VERBOSE,
)


def libraries_of_this_machine(load: PackageLoad) -> list[str]:
    """List the libraries that a package loads from this machine's folders, and that Lambda does not have."""
    if load.loaded is None:
        return []
    outside = [Path(file) for file in load.loaded.libraries if not file.startswith((f"{load.root}/", *load.prefixes))]
    return sorted({file.name for file in outside if not _OF_LAMBDA.match(file.name)})
