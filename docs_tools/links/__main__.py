"""Ask every address outside this project that its documentation, templates and pipelines name.

    python -m docs_tools.links

names each that does not answer, with file and line, and then ends with 1. It needs the network.
"""

from __future__ import annotations

import sys

from docs_tools.links.addresses import external_links
from docs_tools.links.answers import find_problems


def main() -> int:
    """Print what is wrong; return the exit code."""
    links = external_links()
    problems = find_problems(links)
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{len({link.address for link in links})} addresses in {len(links)} places, {len(problems)} of them bad")
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main())
