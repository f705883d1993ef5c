"""What lies around the package agrees with itself: pins, licence, changelog; nothing names a machine."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PINS = [
    Requirement(line)
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
REQUIREMENTS = [
    Requirement(text)
    for text in [
        *PROJECT["dependencies"],
        *(text for extra in PROJECT["optional-dependencies"].values() for text in extra),
    ]
]

# written in pieces, so that this file does not find itself
MACHINE = {
    "a path of somebody's machine": r"(?<![\w.~-])/" + r"(?:work|tmp|root|home|Users)/|[A-Z]:\\" + r"(?:Users|Temp)\\",
    "a package index": "pypi" + r"\.|python" + r"hosted|\bmirrors?\." + r"|simple" + r"\.pip",
    "a local file": r"file:" + r"///",
}


def tracked_files() -> list[Path]:
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout, so there is no list of tracked files")
    return [ROOT / name for name in listed.decode().split("\0") if name]


def test_constraints__pin_exact_versions():
    assert [str(pin) for pin in PINS if [spec.operator for spec in pin.specifier] != ["=="]] == []


def test_constraints__pin_everything_required_within_its_range():
    versions = {canonicalize_name(pin.name): Version(next(iter(pin.specifier)).version) for pin in PINS}
    wrong = [
        str(requirement)
        for requirement in REQUIREMENTS
        if canonicalize_name(requirement.name) not in versions
        or versions[canonicalize_name(requirement.name)] not in requirement.specifier
    ]
    assert wrong == []


def test_licence__is_the_full_apache_text():
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert PROJECT["license"] == "Apache-2.0"
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text


def test_changelog__names_the_version_or_says_unreleased():
    headings = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert headings[0] in ("Unreleased", PROJECT["version"])


@pytest.mark.parametrize("what", MACHINE)
def test_tracked_files__do_not_name(what: str):
    found = []
    for path in tracked_files():
        content = path.read_bytes() if path.is_file() else b""
        if b"\0" in content:
            continue
        lines = content.decode("utf-8", errors="replace").splitlines()
        hits = [number for number, line in enumerate(lines, 1) if re.search(MACHINE[what], line)]
        found += [f"{path.relative_to(ROOT)}:{number}" for number in hits]
    assert found == []


def test_tracked_files__hold_no_large_data():
    assert [
        str(path.relative_to(ROOT)) for path in tracked_files() if path.is_file() and path.stat().st_size > 2_000_000
    ] == []


def test_package__no_source_is_hidden_from_version_control():
    tracked_files()  # skips outside a checkout
    command = ["git", "ls-files", "--others", "--ignored", "--exclude-standard", "capacity", "tools", "tests", "docs"]
    hidden = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout.splitlines()
    # made from web/ at installation, and by the browser tests
    built = ("capacity/disclosure/static/", "capacity/service/static/", "tests/browser/screenshots/")
    assert [name for name in hidden if "__pycache__" not in name and not name.startswith(built)] == []
