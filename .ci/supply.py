"""What the lock brings in: ``python .ci/supply.py licences`` or ``audit``.

``licences`` lists the licence that each installed dependency states. ``audit`` asks the service of
osv.dev for known vulnerabilities of all locked versions, and says so if it could not be reached:
status 0 none known, 1 some known, 2 nothing was audited.
"""

from __future__ import annotations

import json
import re
import sys
import urllib.request
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

LOCK = Path(__file__).resolve().parents[1] / "requirements.lock"
SERVICE = "https://api.osv.dev/v1/querybatch"


def locked(text: str) -> list[tuple[str, str]]:
    """Names and versions in a lock."""
    return re.findall(r"^([\w.-]+)==([^\s;\\]+)", text, re.MULTILINE)


def licence(name: str) -> str:
    """What an installed dependency says of its licence."""
    try:
        told = metadata(name)
    except PackageNotFoundError:
        return "not installed here"
    classified = [
        one.rpartition(" :: ")[2]
        for one in told.get_all("Classifier") or []
        if one.startswith("License :: ")
    ]
    first = (told.get("License") or "").strip().partition("\n")[0]
    return told.get("License-Expression") or ", ".join(classified) or first[:60] or "none stated"


def audit(packages: list[tuple[str, str]], service: str = SERVICE) -> int:
    """Ask the service, print what it knows, and return the exit status."""
    queries = [
        {"package": {"name": name, "ecosystem": "PyPI"}, "version": version}
        for name, version in packages
    ]
    request = urllib.request.Request(
        service, json.dumps({"queries": queries}).encode(), {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            results = json.load(response)["results"]
        known = [[one["id"] for one in result.get("vulns", [])] for result in results]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        print(f"NOTHING WAS AUDITED: {service} could not be asked: {error}", file=sys.stderr)
        return 2
    if len(known) != len(packages):
        print(f"NOTHING WAS AUDITED: {len(known)} answers to {len(packages)}", file=sys.stderr)
        return 2
    for (name, version), ids in zip(packages, known, strict=True):
        if ids:
            print(f"{name} {version}: {', '.join(ids)}")
    print(f"{len(packages)} versions audited, {sum(map(bool, known))} with known vulnerabilities")
    return 1 if any(known) else 0


def main(verb: str) -> int:
    """Run one of the two."""
    packages = sorted(set(locked(LOCK.read_text(encoding="utf-8"))))
    if verb == "audit":
        return audit(packages)
    for name, version in packages:
        print(f"{name:<34} {version:<16} {licence(name)}")
    return 0


if __name__ == "__main__":
    if sys.argv[1:] not in (["licences"], ["audit"]):
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
