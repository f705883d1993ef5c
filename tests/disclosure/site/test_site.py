"""The site as a folder of files: complete, described, the same every time, and nothing former touched."""

from __future__ import annotations

import hashlib
import json
import socket
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import jsonschema
import pytest
from page_shells import plain_page
from sample_release import sample_release

from capacity.disclosure.site import (
    is_internal_site,
    is_public_site,
    release_folders,
    write_internal_site,
    write_site,
)
from capacity.disclosure.site.script import arguments_of
from capacity.disclosure.site.shells import Shell, built_page, fill_template
from capacity.errors import PublicationError
from capacity.tables.release import Release


@dataclass(frozen=True)
class Note:
    """A file for people."""

    path: str
    title_zh: str
    title_en: str
    kind: str
    branch: str | None = None


def notes(release: Release, folder: Path) -> list[Note]:
    """A writer of downloads: one table, one notice of a branch."""
    (folder / "downloads").mkdir()
    (folder / "downloads" / "areas.csv").write_text(f"{len(release.areas)}\n", encoding="utf-8")
    (folder / "notices").mkdir()
    (folder / "notices" / "1.pdf").write_bytes(b"%PDF-1.4\n")
    return [
        Note("downloads/areas.csv", "网格", "areas", "csv"),
        Note("notices/1.pdf", "隆阳分公司", "Longyang", "pdf", "隆阳分公司"),
    ]


@pytest.fixture
def assets(tmp_path: Path) -> Path:
    return plain_page(tmp_path / "static")


def site(folder: Path, assets: Path, release: Release | None = None, former: Path | None = None) -> Path:
    folder.mkdir()
    write_site(release or sample_release(), assets, [notes], folder, former)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_write_site__lays_everything_where_the_page_looks_for_it(tmp_path: Path, assets: Path) -> None:
    there = set(contents(site(tmp_path / "site", assets)))
    assert there == {
        "index.html",
        "guide.html",
        "assets/app.js",
        "assets/app.css",
        "assets/licences.txt",
        "releases/index.js",
        "releases/index.json",
        "releases/index.schema.json",
        "releases/2026-11/index.html",
        "releases/2026-11/release.js",
        "releases/2026-11/hours-000.js",
        "releases/2026-11/release.json",
        "releases/2026-11/checksums.sha256",
        "releases/2026-11/downloads/areas.csv",
        "releases/2026-11/notices/1.pdf",
    }


def test_write_site__same_input_same_bytes(tmp_path: Path, assets: Path) -> None:
    first, second = (contents(site(tmp_path / name, assets)) for name in ("one", "two"))
    assert first == second


def test_release_json__lists_every_file_with_its_size_and_hash(tmp_path: Path, assets: Path) -> None:
    folder = site(tmp_path / "site", assets) / "releases" / "2026-11"
    listed = json.loads((folder / "release.json").read_text(encoding="utf-8"))
    there = contents(folder)
    described = {"release.json", "checksums.sha256"}
    assert {file["path"] for file in listed["files"]} == set(there) - described
    for file in listed["files"]:
        content = there[file["path"]]
        assert (file["bytes"], file["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
        assert "/" in file["media_type"]
        assert file["media_type"] != "application/octet-stream"
    assert listed["about"]["release_id"] == "2026-11"
    sums = dict(reversed(line.split("  ")) for line in there["checksums.sha256"].decode().splitlines())
    assert set(sums) == set(there) - {"checksums.sha256"}
    assert all(hashlib.sha256(there[name]).hexdigest() == digest for name, digest in sums.items())


def test_release_script__offers_the_downloads_by_path_title_size_and_hash(tmp_path: Path, assets: Path) -> None:
    folder = site(tmp_path / "site", assets) / "releases" / "2026-11"
    (payload,) = arguments_of((folder / "release.js").read_text(encoding="utf-8"), "release")
    assert [(entry["path"], entry["kind"], entry["branch"]) for entry in payload["downloads"]] == [
        ("downloads/areas.csv", "csv", None),
        ("notices/1.pdf", "pdf", "隆阳分公司"),
    ]
    for entry in payload["downloads"]:
        content = (folder / entry["path"]).read_bytes()
        assert (entry["bytes"], entry["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
        assert entry["title_zh"]
        assert entry["title_en"]


def test_index__keeps_to_its_schema_and_lists_every_file_of_every_release(tmp_path: Path, assets: Path) -> None:
    first = site(tmp_path / "first", assets, sample_release(release_id="2026-10", previous_id=None))
    folder = site(tmp_path / "second", assets, former=first) / "releases"
    index = json.loads((folder / "index.json").read_text(encoding="utf-8"))
    schema = json.loads((folder / index["$schema"]).read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(index, schema)
    broken = index | {"releases": [index["releases"][0] | {"areas_total": "many"}]}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(broken, schema)
    assert [entry["id"] for entry in index["releases"]] == ["2026-11", "2026-10"]
    for entry in index["releases"]:
        there = contents(folder / entry["path"])
        assert {file["path"]: file["sha256"] for file in entry["files"]} == {
            name: hashlib.sha256(content).hexdigest() for name, content in there.items()
        }
    (shown,) = arguments_of((folder / "index.js").read_text(encoding="utf-8"), "releases")
    assert [(entry["id"], entry["areas_total"], entry["areas_withheld"]) for entry in shown] == [
        ("2026-11", 14, 3),
        ("2026-10", 14, 3),
    ]


def test_former_releases__are_copied_byte_for_byte(tmp_path: Path, assets: Path) -> None:
    first = site(tmp_path / "first", assets, sample_release(9, release_id="2026-10", previous_id=None))
    (assets / "app.js").write_text("window.CAPACITY = { newer: true };\n", encoding="utf-8")
    second = site(tmp_path / "second", assets, former=first)
    third = site(tmp_path / "third", assets, sample_release(release_id="2026-11-r2"), former=second)
    assert contents(third / "releases" / "2026-10") == contents(first / "releases" / "2026-10")
    assert contents(third / "releases" / "2026-11") == contents(second / "releases" / "2026-11")
    assert release_folders(third / "releases") == ["2026-11-r2", "2026-11", "2026-10"]


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda folder: (folder / "release.js").write_text("x", encoding="utf-8"), "release.js: changed"),
        (lambda folder: (folder / "hours-000.js").unlink(), "hours-000.js: missing"),
        (lambda folder: (folder / "extra.txt").write_text("x", encoding="utf-8"), "extra.txt: does not belong"),
        (
            lambda folder: (folder / "release.json").write_text("{", encoding="utf-8"),
            "release.json: missing or damaged",
        ),
        (lambda folder: (folder / "checksums.sha256").unlink(), "checksums.sha256: missing"),
    ],
)
def test_former_releases__tampered_with_are_refused_by_name(
    harm: object, said: str, tmp_path: Path, assets: Path
) -> None:
    first = site(tmp_path / "first", assets, sample_release(release_id="2026-10", previous_id=None))
    harm(first / "releases" / "2026-10")  # type: ignore[operator]
    (tmp_path / "second").mkdir()
    with pytest.raises(PublicationError, match=f"2026-10/{said}"):
        write_site(sample_release(), assets, [], tmp_path / "second", first)


def test_former_releases__one_withdrawn_is_gone_from_the_index(tmp_path: Path, assets: Path) -> None:
    import shutil

    first = site(tmp_path / "first", assets, sample_release(release_id="2026-09", previous_id=None))
    second = site(tmp_path / "second", assets, sample_release(release_id="2026-10"), former=first)
    shutil.rmtree(second / "releases" / "2026-09")
    third = site(tmp_path / "third", assets, former=second)
    assert release_folders(third / "releases") == ["2026-11", "2026-10"]


def test_write_site__an_id_that_is_there_already_is_refused(tmp_path: Path, assets: Path) -> None:
    first = site(tmp_path / "first", assets)
    (tmp_path / "second").mkdir()
    with pytest.raises(PublicationError, match="holds a release 2026-11 already"):
        write_site(sample_release(), assets, [], tmp_path / "second", first)


class _Strictness(HTMLParser):
    """What a strict policy for contents would refuse, and what the page says about itself."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.policy = ""
        self.body: dict[str, str | None] = {}
        self._in: str = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        self._in = tag
        self.faults += [f"{tag} {name}" for name in said if name.startswith("on") or name == "style"]
        self.faults += [f"{tag} {value}" for value in said.values() if (value or "").strip().startswith("javascript:")]
        if tag == "style" or (tag == "script" and "src" not in said):
            self.faults.append(f"inline {tag}")
        for name in ("src", "href"):
            value = said.get(name) or ""
            if value.startswith(("/", "http:", "https:", "file:")) and tag != "a":
                self.faults.append(f"{tag} {name}={value}")
        if tag == "meta" and (said.get("http-equiv") or "").lower() == "content-security-policy":
            self.policy = said.get("content") or ""
        if tag == "body":
            self.body = said

    def handle_endtag(self, tag: str) -> None:
        self._in = ""

    def handle_data(self, data: str) -> None:
        if self._in == "script" and data.strip():
            self.faults.append("inline script text")


def strictness(page: str) -> _Strictness:
    seen = _Strictness()
    seen.feed(page)
    return seen


def test_pages__hold_no_script_or_style_and_say_what_the_browser_may_run(tmp_path: Path) -> None:
    """With the page as it is built, where it is built."""
    try:
        assets = built_page()
    except PublicationError:
        assets = plain_page(tmp_path / "static")
    folder = site(tmp_path / "site", assets)
    for name, root, release in (
        ("index.html", ".", ""),
        ("guide.html", ".", ""),
        ("releases/2026-11/index.html", "../..", "2026-11"),
    ):
        page = (folder / name).read_text(encoding="utf-8")
        seen = strictness(page)
        assert not seen.faults, name
        assert "script-src 'self'" in seen.policy, name
        assert "unsafe" not in seen.policy, name
        assert (seen.body["data-root"], seen.body["data-release"]) == (root, release)
        assert seen.body.get("data-internal", "false") != "true"
        assert "{{" not in page
        assert "示例市配电网" in page
        for target in ("assets/app.js", "assets/app.css"):
            assert f'"{root}/{target}"' in page
            assert (folder / name).parent.joinpath(root, target).is_file()


def test_strictness__sees_what_it_should() -> None:
    bad = '<body onload="x()"><script>1</script><p style="a"><img src="https://x.example/a.png"><style>p{}</style>'
    faults = strictness(bad).faults
    assert {"body onload", "inline script", "p style", "inline style", "inline script text"} <= set(faults)
    assert "img src=https://x.example/a.png" in faults


def test_templates__titles_are_escaped_and_unknown_words_refused() -> None:
    shell = Shell(".", "", '<b>"A"&B</b>', "d")
    page = fill_template("<title>{{title}}</title>", shell)
    assert page == "<title>&lt;b&gt;&quot;A&quot;&amp;B&lt;/b&gt;</title>"
    with pytest.raises(ValueError, match="colour"):
        fill_template("{{colour}}", shell)


def test_scripts__no_name_can_end_a_script(tmp_path: Path, assets: Path) -> None:
    folder = site(tmp_path / "site", assets)
    for path in folder.rglob("*.js"):
        if "assets" in path.parts:
            continue
        text = path.read_text(encoding="utf-8")
        assert "<" not in text
        assert "\u2028" not in text
        assert "\r" not in text


def test_files__name_no_machine_and_no_folder_of_it(tmp_path: Path, assets: Path) -> None:
    folder = site(tmp_path / "site", assets)
    traces = [str(tmp_path), str(Path.home()), str(Path.cwd()), socket.gethostname(), "file://", "localhost"]
    for name, content in contents(folder).items():
        for trace in traces:
            if len(trace) > 3:
                assert trace.encode() not in content, (name, trace)


def test_internal_site__is_marked_and_told_apart_from_a_public_one(tmp_path: Path, assets: Path) -> None:
    public = site(tmp_path / "public", assets)
    internal = tmp_path / "internal"
    internal.mkdir()
    write_internal_site(sample_release(), {"transformers": {"transformer_id": ["T1"]}}, assets, internal)
    assert (is_public_site(public), is_internal_site(public)) == (True, False)
    assert (is_public_site(internal), is_internal_site(internal)) == (False, True)
    for name in ("index.html", "guide.html", "releases/2026-11/index.html"):
        page = (internal / name).read_text(encoding="utf-8")
        assert strictness(page).body["data-internal"] == "true"
        assert "【内部资料】" in page
    (handed,) = arguments_of((internal / "internal.js").read_text(encoding="utf-8"), "internal")
    assert handed == {"transformers": {"transformer_id": ["T1"]}}
    assert "严禁外传" in (internal / "INTERNAL.txt").read_text(encoding="utf-8")
    assert not (internal / "releases" / "2026-11" / "downloads").exists()


def test_built_page__where_it_is_missing_says_how_to_build_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("capacity.disclosure.site.shells.files", lambda package: tmp_path)
    with pytest.raises(PublicationError, match="has not been built"):
        built_page()
