"""Shows what was made, and what was verified, to people and to machines."""

from __future__ import annotations

from collections import Counter
from typing import Any

from rich.text import Text

from biot_plugin_cli.evidence.making import Made
from biot_plugin_cli.evidence.verification.proof import Proof
from biot_plugin_cli.terminal.console import err, out

__all__ = ["made_document", "print_made", "print_proof", "proof_document"]

_MAX_GAPS = 8


def made_document(made: Made) -> dict[str, Any]:
    """Create the document of `--json`."""
    records = made.evidence.records
    return {
        "folder": str(made.folder),
        "plugin": records["release"]["plugin"]["name"],
        "commit": records["release"]["source"]["commit"],
        "clean": records["release"]["source"]["clean"],
        "contentHash": records["release"]["package"]["contentHash"],
        "sha256": records["release"]["package"]["sha256"],
        "components": len(records["sbom.cdx"]["components"]),
        "vulnerabilities": len(records["vulnerabilities"]["items"]),
        "tests": dict(Counter(test["result"] for test in records["tests"]["tests"])),
        "anomalies": len(records["anomalies"]["items"]),
        "gaps": records["gaps"]["items"],
        "signed": made.signed,
    }


def print_made(made: Made) -> None:
    """Print a summary for people."""
    document = made_document(made)
    results = ", ".join(f"{count} {result}" for result, count in sorted(document["tests"].items())) or "none"
    out.print(Text(f"{made.folder}/index.html", "bold"))
    out.print(f"  content {document['contentHash'][:16]}, {document['components']} components of third parties")
    out.print(f"  tests: {results}; vulnerabilities: {document['vulnerabilities']}; anomalies: {document['anomalies']}")
    out.print(f"  {'signed with ' + made.signed if made.signed else 'not signed'}")
    gaps = document["gaps"]
    if gaps:
        err.print(Text.assemble(("note:", "yellow"), f" this is a draft, {len(gaps)} things are missing:"))
        for item in gaps[:_MAX_GAPS]:
            err.print(f"  {item['missing']} ({item['part']})")
        if len(gaps) > _MAX_GAPS:
            err.print(f"  and {len(gaps) - _MAX_GAPS} more, which index.html lists")


def proof_document(proof: Proof) -> dict[str, Any]:
    """Create the document of `--json`."""
    signed = proof.signed
    return {
        "ok": not proof.differences,
        "plugin": proof.listed.plugin,
        "contentHash": proof.listed.package["contentHash"],
        "signed": signed and {"format": signed.format, "by": signed.by, "key": signed.key},
        "files": len(proof.listed.files),
        "package": str(proof.package),
        "online": proof.online,
        "differences": [item.document for item in proof.differences],
    }


def print_proof(proof: Proof) -> None:
    """Print the result for people."""
    for item in proof.differences:
        out.print(Text.assemble(("differs  ", "bold red"), str(item)))
    if proof.differences:
        out.print(Text(f"{len(proof.differences)} differences: this is not what was recorded", "bold red"))
        return
    who = f"signed by {proof.signed.by} ({proof.signed.key})" if proof.signed else "not signed"
    out.print(Text(f"{len(proof.listed.files)} files are as they were made, {who}", "green"))
    out.print(Text(f"{proof.package} is the package that was released", "green"))
    if proof.online:
        out.print(Text(f"The platform runs {proof.listed.plugin} with the same code and configuration", "green"))
    if proof.signed is None:
        err.print(
            Text.assemble(
                ("note:", "yellow"), " without a signature, whoever changes the folder can change its hashes too"
            )
        )
