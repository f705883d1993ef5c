"""Nothing internal is in any byte of a site: no id, name, place, exact figure, however it is packed (P23).

The second half plants leaks of every kind, each of which must be found: a test that cannot fail proves nothing.
"""

from __future__ import annotations

import base64
import datetime as dt
import gzip
import json
import shutil
import socket
import sqlite3
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
import shapely
from fpdf import FPDF
from PIL import Image, PngImagePlugin
from published_runs import FEW_DAYS, TODAY, next_month, public_run, written
from pyproj import Transformer
from tokens import Tokens, leaks_below, tokenised
from unpacking import texts_below

from capacity.disclosure.site import built_page
from capacity.disclosure.site.script import arguments_of, call
from capacity.errors import PublicationError
from capacity.publish import publish, publish_internal

RELEASE = Path("releases") / "2026-02"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Tokens]:
    """A site of two releases with everything on it, from runs of tokens; and what must not be found in it."""
    try:
        built_page()
    except PublicationError:
        pytest.skip("the map page has not been built (python -m tools.build_web)")
    folder = tmp_path_factory.mktemp("leaks")
    first, before = tokenised(public_run(replace(FEW_DAYS, accepted=(("A-001", "T002", 40.0),))))
    second, after = tokenised(next_month(accepted=(("A-001", "T002", 40.0), ("A-007", "T001", 30.0))))
    publish(written(first, folder / "first"), folder / "site", today=TODAY)
    publish(written(second, folder / "second"), folder / "site", today=dt.date(2026, 2, 10))
    figures, points = before.figures | after.figures, before.points + after.points
    return folder / "site", Tokens(before.words | after.words, points, figures)


def test_site__holds_nothing_internal(published: tuple[Path, Tokens]) -> None:
    site, tokens = published
    assert len(tokens.words) > 150
    assert len(tokens.points) > 120
    assert len(tokens.figures) > 300
    assert leaks_below(site, tokens) == []


def test_site__names_no_machine_and_no_user(published: tuple[Path, Tokens]) -> None:
    site, _ = published
    traces = [str(site.parent), str(Path.home()), str(Path(__file__).parent)]
    traces += [name for name in (socket.gethostname(),) if len(name) > 4]
    for where, text in texts_below(site):
        for trace in traces:
            assert trace not in text, (where, trace)


def test_internal_site__would_be_caught(published: tuple[Path, Tokens], tmp_path: Path) -> None:
    site, tokens = published
    internal = publish_internal(site.parent / "second", tmp_path / "internal", today=TODAY).site
    found = leaks_below(internal, tokens)
    assert any("internal.js: 'zq" in leak or "internal.js" in leak for leak in found)
    assert any("place" in leak for leak in found)


def _into_text(site: Path, tokens: Tokens) -> None:
    (site / RELEASE / "note.txt").write_text(f"see {_word(tokens)}", encoding="utf-8")


def _into_utf16(site: Path, tokens: Tokens) -> None:
    (site / RELEASE / "note.csv").write_bytes(f"a,{_word(tokens)}".encode("utf-16"))


def _into_odd_utf16(site: Path, tokens: Tokens) -> None:
    (site / RELEASE / "note.bin").write_bytes(b"x" + _word(tokens).encode("utf-16-be") + b"y")


def _into_file_name(site: Path, tokens: Tokens) -> None:
    (site / RELEASE / f"{_word(tokens)}.txt").write_text("nothing", encoding="utf-8")


def _into_upper_case(site: Path, tokens: Tokens) -> None:
    (site / RELEASE / "note.txt").write_text(_word(tokens).upper(), encoding="utf-8")


def _into_escapes(site: Path, tokens: Tokens) -> None:
    text = "".join(f"\\u{ord(letter):04x}" for letter in _word(tokens))
    (site / RELEASE / "note.js").write_text(f'x("{text}")', encoding="utf-8")


def _into_entities(site: Path, tokens: Tokens) -> None:
    text = "".join(f"&#{ord(letter)};" for letter in _word(tokens))
    (site / "note.html").write_text(f"<p>{text}</p>", encoding="utf-8")


def _into_workbook(site: Path, tokens: Tokens) -> None:
    path = site / RELEASE / "downloads" / "capacity.xlsx"
    book = openpyxl.load_workbook(path)
    book.active["Z99"] = _word(tokens)
    book.save(path)


def _into_workbook_properties(site: Path, tokens: Tokens) -> None:
    path = site / RELEASE / "downloads" / "capacity.xlsx"
    book = openpyxl.load_workbook(path)
    book.properties.creator = _word(tokens)
    book.save(path)


def _into_archive(site: Path, tokens: Tokens) -> None:
    inner = site / "inner.zip"
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/b.txt", _word(tokens) * 3)
    with zipfile.ZipFile(site / RELEASE / "all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(inner, "inner.zip")
    inner.unlink()


def _into_gzip(site: Path, tokens: Tokens) -> None:
    (site / RELEASE / "data.gz").write_bytes(gzip.compress(_word(tokens).encode()))


def _into_geopackage(site: Path, tokens: Tokens) -> None:
    base = sqlite3.connect(site / RELEASE / "downloads" / "areas.gpkg")
    base.execute("create table extra (note text)")
    base.execute("insert into extra values (?)", (_word(tokens),))
    base.commit()
    base.close()


def _into_geopackage_geometry(site: Path, tokens: Tokens) -> None:
    base = sqlite3.connect(site / RELEASE / "downloads" / "areas.gpkg")
    header = b"GP\x00\x01" + (4326).to_bytes(4, "little")
    base.execute("create table spots (geom blob)")
    base.execute("insert into spots values (?)", (header + shapely.to_wkb(shapely.Point(_place(tokens))),))
    base.commit()
    base.close()


def _pdf(site: Path, text: str = "", title: str = "") -> None:
    paper = FPDF()
    paper.add_page()
    paper.set_font("helvetica", size=12)
    paper.cell(text=text or "nothing")
    paper.set_title(title)
    paper.output(str(site / RELEASE / "notices" / "9.pdf"))


def _into_pdf_text(site: Path, tokens: Tokens) -> None:
    _pdf(site, text=_word(tokens))


def _into_pdf_metadata(site: Path, tokens: Tokens) -> None:
    _pdf(site, title=_word(tokens))


def _into_png(site: Path, tokens: Tokens) -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", _word(tokens) * 40, zip=True)
    path = site / RELEASE / "map.zh.png"
    Image.open(path).save(path, pnginfo=notes)


def _into_data_url(site: Path, tokens: Tokens) -> None:
    packed = base64.b64encode(f"<svg>{_word(tokens)}</svg>".encode()).decode()
    (site / "note.css").write_text(f"a {{ background: url(data:image/svg+xml;base64,{packed}) }}", encoding="utf-8")


def _place_into_json(site: Path, tokens: Tokens) -> None:
    lon, lat = _place(tokens)
    (site / RELEASE / "note.json").write_text(json.dumps({"at": [round(lon, 5), round(lat, 5)]}), encoding="utf-8")


def _place_swapped_into_csv(site: Path, tokens: Tokens) -> None:
    lon, lat = _place(tokens)
    (site / RELEASE / "note.csv").write_text(f"lat,lon\n{lat:.6f},{lon:.6f}\n", encoding="utf-8-sig")


def _place_in_metres(site: Path, tokens: Tokens) -> None:
    x, y = Transformer.from_crs(4326, 32647, always_xy=True).transform(*_place(tokens))
    (site / RELEASE / "note.txt").write_text(f"{x:.1f} {y:.1f}", encoding="utf-8")


def _place_into_shapes_of_the_page(site: Path, tokens: Tokens) -> None:
    path = site / RELEASE / "release.js"
    (payload,) = arguments_of(path.read_text(encoding="utf-8"), "release")
    lon, lat = (round(value * 100_000) for value in _place(tokens))
    payload["shapes"]["polygons"][0] = [[[lon - 40, lat - 10, 40, 10, 30, -20]]]
    path.write_text(call("release", payload), encoding="utf-8")


def _exact_figure(site: Path, tokens: Tokens) -> None:
    figure = sorted(tokens.figures)[7]
    (site / RELEASE / "note.json").write_text(f'{{"kva": {figure}4711}}', encoding="utf-8")


def _word(tokens: Tokens) -> str:
    return tokens.words["T001"]


def _place(tokens: Tokens) -> tuple[float, float]:
    return tokens.points[20]


PLANTED = (
    _into_text, _into_utf16, _into_odd_utf16, _into_file_name, _into_upper_case, _into_escapes, _into_entities,
    _into_workbook, _into_workbook_properties, _into_archive, _into_gzip, _into_geopackage, _into_geopackage_geometry,
    _into_pdf_text, _into_pdf_metadata, _into_png, _into_data_url, _place_into_json, _place_swapped_into_csv,
    _place_in_metres, _place_into_shapes_of_the_page, _exact_figure,
)  # fmt: skip


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__.strip("_"))
def test_leak__planted_is_found(
    plant: Callable[[Path, Tokens], None], published: tuple[Path, Tokens], tmp_path: Path
) -> None:
    """On a small part of the site, since it is the finding that is tested."""
    site, tokens = published
    for name in ("release.js", "downloads/capacity.xlsx", "downloads/areas.gpkg", "map.zh.png"):
        target = tmp_path / RELEASE / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(site / RELEASE / name, target)
    (tmp_path / RELEASE / "notices").mkdir()
    plant(tmp_path, tokens)
    found = leaks_below(tmp_path, tokens)
    assert found
