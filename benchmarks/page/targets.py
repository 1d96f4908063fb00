"""Lists each target with what was measured, as Markdown: `python -m benchmarks.page.targets`, after `make bench`."""

from __future__ import annotations

import json

from benchmarks.measuring.report import FOLDER


def main() -> None:
    """Prints the table."""
    print("| measured by | figure | target | measured |\n| --- | --- | --- | --- |")
    for path in sorted(FOLDER.glob("*.json")):
        report = json.loads(path.read_text(encoding="utf-8"))
        for row in report["ratios"]:
            target = "" if row["target"] is None else row["target"]
            print(f"| `{report['module']}` | {row['title']} | {target} | {row['ratio']:.2f} |")


if __name__ == "__main__":
    main()
