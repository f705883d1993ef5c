"""Every text and every point that a published file holds, however it is packed: what a curious reader would find."""

from __future__ import annotations

import base64
import binascii
import gzip
import html
import io
import itertools
import re
import sqlite3
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import shapely
from pypdf import PdfReader
from pypdf.generic import StreamObject

from capacity.disclosure.site.script import arguments_of
from capacity.disclosure.site.shapes import decode_shape

Text = tuple[str, str]  # where it stands, what it says
Point = tuple[float, float]
_NUMBER = re.compile(r"-?\d+\.\d+(?:[eE][+-]?\d+)?")
_PNG = b"\x89PNG\r\n\x1a\n"
_SQLITE = b"SQLite format 3\x00"


def texts_below(folder: Path) -> Iterator[Text]:
    """Every text of every file below a folder; the files' names are among them."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        yield name, name
        if path.is_file():
            yield from texts_of(name, path.read_bytes())


def texts_of(where: str, content: bytes) -> Iterator[Text]:
    """The texts of one file's bytes, and of whatever is packed into it."""
    yield from _spelled(where, content)
    if content[:4] == b"PK\x03\x04":
        yield from _of_archive(where, content)
    elif content[:2] == b"\x1f\x8b":
        yield from texts_of(f"{where}!gz", gzip.decompress(content))
    elif content[:5] == b"%PDF-":
        yield from _of_pdf(where, content)
    elif content[:8] == _PNG:
        yield from _of_png(where, content)
    elif content[:16] == _SQLITE:
        yield from _of_sqlite(where, content)


def points_below(folder: Path) -> Iterator[tuple[str, Point]]:
    """Every pair of neighbouring decimals in a text, every vertex of a polygon of the page and of a GeoPackage."""
    for where, text in texts_below(folder):
        numbers = [float(number) for number in _NUMBER.findall(text)]
        yield from ((where, pair) for pair in itertools.pairwise(numbers))
    for path in sorted(folder.rglob("release.js")):
        (payload,) = arguments_of(path.read_text(encoding="utf-8"), "release")
        for shape in payload["shapes"]["polygons"]:
            if shape is not None:
                points = shapely.get_coordinates(decode_shape(shape)).tolist()
                yield from (("release.js shapes", (x, y)) for x, y in points)
    for path in sorted(folder.rglob("*.gpkg")):
        for value in _values_of_sqlite(path.read_bytes()):
            if isinstance(value, bytes) and value[:2] == b"GP":
                points = shapely.get_coordinates(shapely.from_wkb(value[_wkb_starts_at(value) :])).tolist()
                yield from ((f"{path.name} geometry", (x, y)) for x, y in points)


def _spelled(where: str, content: bytes) -> Iterator[Text]:
    """The bytes read as text in the ways that programs write text."""
    plain = content.decode("utf-8", errors="replace")
    yield where, plain
    yield f"{where} (utf-16)", content.decode("utf-16-le", errors="replace")
    yield f"{where} (utf-16, odd)", content[1:].decode("utf-16-le", errors="replace")
    yield f"{where} (utf-16-be)", content.decode("utf-16-be", errors="replace")
    if "\\u" in plain or "\\x" in plain:
        escaped = re.sub(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2}))", _unescaped, plain)
        yield f"{where} (escapes)", escaped
    for way, decode in (("entities", html.unescape), ("percent", unquote)):
        decoded = decode(plain)
        if decoded != plain:
            yield f"{where} ({way})", decoded
    for match in re.finditer(r"base64,([A-Za-z0-9+/=]{16,})", plain):
        try:
            yield from texts_of(f"{where} (base64)", base64.b64decode(match[1]))
        except binascii.Error:
            continue


def _unescaped(match: re.Match[str]) -> str:
    return chr(int(match[1] or match[2], 16))


def _of_archive(where: str, content: bytes) -> Iterator[Text]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        yield f"{where} comment", archive.comment.decode("utf-8", errors="replace")
        for entry in archive.infolist():
            yield f"{where}!names", entry.filename
            if not entry.is_dir():
                yield from texts_of(f"{where}!{entry.filename}", archive.read(entry))


def _of_pdf(where: str, content: bytes) -> Iterator[Text]:
    reader = PdfReader(io.BytesIO(content))
    yield f"{where} metadata", " ".join(str(value) for value in (reader.metadata or {}).values())
    for number, page in enumerate(reader.pages):
        text = page.extract_text()
        yield f"{where} page {number + 1}", text
        yield f"{where} page {number + 1} (closed up)", re.sub(r"\s+", "", text)
    for number in range(1, int(reader.trailer["/Size"])):
        found = reader.get_object(number)
        yield f"{where} object {number}", repr(found)
        if isinstance(found, StreamObject):
            yield from _spelled(f"{where} stream {number}", found.get_data())


def _of_png(where: str, content: bytes) -> Iterator[Text]:
    at = len(_PNG)
    while at + 8 <= len(content):
        length, kind = int.from_bytes(content[at : at + 4]), content[at + 4 : at + 8]
        data = content[at + 8 : at + 8 + length]
        at += 12 + length
        if kind in (b"tEXt", b"iTXt", b"zTXt", b"eXIf"):
            yield from _spelled(f"{where} {kind.decode()}", data)
            yield from _inflated(f"{where} {kind.decode()}", data)


def _inflated(where: str, data: bytes) -> Iterator[Text]:
    """Whatever part of a chunk is compressed."""
    for start in range(len(data)):
        if data[start : start + 1] == b"\x78":
            try:
                yield from _spelled(where, zlib.decompress(data[start:]))
            except zlib.error:
                continue


def _of_sqlite(where: str, content: bytes) -> Iterator[Text]:
    for value in _values_of_sqlite(content):
        if isinstance(value, bytes):
            yield from texts_of(f"{where} cell", value)
        elif value is not None:
            yield f"{where} cell", str(value)


def _values_of_sqlite(content: bytes) -> Iterator[object]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "copy.gpkg"
        path.write_bytes(content)
        base = sqlite3.connect(path)
        try:
            names = [name for (name,) in base.execute("select name from sqlite_master where type in ('table', 'view')")]
            for name in names:
                yield name
                try:
                    rows = base.execute(f'select * from "{name}"').fetchall()
                except sqlite3.Error:  # virtual tables of the spatial index need a module; their parts are tables too
                    continue
                for row in rows:
                    yield from row
        finally:
            base.close()


def _wkb_starts_at(blob: bytes) -> int:
    """Past the header of a GeoPackage geometry, whose flags say how long its envelope is."""
    return 8 + (0, 32, 48, 48, 64)[(blob[3] >> 1) & 7]
