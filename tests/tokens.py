"""A run in which everything internal is a word that occurs nowhere else: whatever of it turns up in public has leaked.

Public by design, and therefore left as they are: names of areas, branches and supply stations, polygons that the
utility has given, codes of the tables, title, policy and service numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer
from unpacking import points_below, texts_below

from capacity.tables.results import ALL
from capacity.tables.run import Run

PREFIX = "zqxjk"
"""No word of any language or program begins like this, and five given letters do not turn up in packed bytes."""
_PUBLIC = {"areas": {"name", "branch", "supply_station"}, "transformers": {"branch", "supply_station"}}
_CODES = {"rule", "unit", "check", "table", "column", "file", "effect", "phases", "variant", "element_type", "level"}
_LISTS = {"feeder_ids", "element_ids", "area_ids", "ids"}
_SENTENCES = {"message_zh", "message_en", "sentence_zh", "sentence_en"}
_TOKEN = re.compile(PREFIX, re.IGNORECASE)
_NUMBER = re.compile(r"\d+\.\d{3,}")
_NEAR_DEGREES = 0.6e-5


@dataclass
class Tokens:
    """What must not be found: ``words`` by what they stand for, ``points`` (lon, lat), ``figures`` as written."""

    words: dict[str, str] = field(default_factory=dict)
    points: list[tuple[float, float]] = field(default_factory=list)
    figures: set[str] = field(default_factory=set)

    def word(self, told: object) -> str:
        """The word that stands for something internal; the same thing has the same word everywhere."""
        return self.words.setdefault(str(told), f"{PREFIX}{len(self.words):05d}v")


def tokenised(run: Run) -> tuple[Run, Tokens]:
    """The run with tokens for ids, names, sentences and places; customers' and transformers' figures are tokens too."""
    tokens = Tokens()
    frames = {name: _frame(name, getattr(run, name), tokens) for name in ALL}
    shapes = {
        "area_shapes": _areas(run.area_shapes, tokens),
        "feeder_shapes": _moved(_named(run.feeder_shapes, tokens), tokens),
        "places": _moved(_named(run.places, tokens), tokens),
    }
    for table, columns in (
        ("customers", ("contract_kva",)),
        ("transformers", ("smax_import_kva", "max_loading_percent", "allowed_kva", "share_kva")),
        ("areas", ("allowed_kva", "allowed_sum_kva", "max_loading_percent")),
        ("transformer_curves", ("s_kva",)),
    ):
        for column in columns:
            tokens.figures |= set(_written(frames[table][column].dropna().unique()[:500]))
    return replace(run, manifest=_manifest(run, tokens), **frames, **shapes), tokens


def leaks_below(folder: Path, tokens: Tokens) -> list[str]:
    """Everything internal that a folder of public files holds, however it is packed."""
    found = [
        f"{where}: {text[max(0, match.start() - 20) : match.end() + 12]!r}"
        for where, text in texts_below(folder)
        for match in _TOKEN.finditer(text)
    ]
    places = _places_of(tokens)
    for where, point in points_below(folder):
        for first, second in (point, point[::-1]):
            if _is_near(first, second, places):
                found.append(f"{where}: place {first}, {second}")
    for where, text in texts_below(folder):
        found += [
            f"{where}: figure {number}"
            for number in _NUMBER.findall(text)
            if number[: _shortest(number)] in tokens.figures
        ]
    return found


def _shortest(number: str) -> int:
    """Length of a number with three decimals."""
    return number.index(".") + 4


def _written(values: Iterable[float]) -> Iterator[str]:
    """Numbers as text with three decimals, where these say something."""
    for value in values:
        text = f"{value:.3f}"
        if not text.endswith(("00", "50", "25", "75")) and value > 1.0:
            yield text


def _frame(name: str, frame: pd.DataFrame, tokens: Tokens) -> pd.DataFrame:
    """The frame with a token for every text that is neither a code nor public by design."""
    changed = {}
    for column, schema in ALL[name].columns.items():
        if str(schema.dtype) not in ("string", "string[python]", "str") or schema.metadata["choices"]:
            continue
        if column in _PUBLIC.get(name, set()) or column in _CODES:
            continue
        changed[column] = _told(column, frame[column], tokens)
    return frame.assign(**changed)


def _told(column: str, values: pd.Series, tokens: Tokens) -> pd.Series:
    def token(value: object) -> object:
        if pd.isna(value) or value == "":
            return value
        if column in _LISTS:
            return ";".join(tokens.word(part) for part in str(value).split(";"))
        return tokens.word(value)

    return values.map({value: token(value) for value in values.dropna().unique()}).astype(values.dtype)


def _manifest(run: Run, tokens: Tokens) -> object:
    manifest = run.manifest
    words = {
        "run_name": tokens.word("run"),
        "case_name": tokens.word("case"),
        "case_folder": tokens.word("case folder"),
        "scenario_file": tokens.word("scenario file"),
        "notes": [tokens.word(note) for note in manifest.notes],
        "failed_examples": [tokens.word(example) for example in manifest.failed_examples],
        "crosscheck_delta_voltage_at": tokens.word("where voltages differ"),
        "crosscheck_delta_loading_at": tokens.word("where loadings differ"),
        "engines": {tokens.word(island): tokens.word(why) for island, why in manifest.engines.items()},
        "input_hashes": {tokens.word(file): tokens.word(digest) for file, digest in manifest.input_hashes.items()},
    }
    return manifest.model_copy(update=words)


def _named(shapes: gpd.GeoDataFrame, tokens: Tokens) -> gpd.GeoDataFrame:
    columns: Mapping[str, pd.Series] = {
        column: _told(column, shapes[column].astype("string"), tokens)
        for column in shapes.columns
        if column.endswith("_id")
    }
    return shapes.assign(**columns)


def _areas(shapes: gpd.GeoDataFrame, tokens: Tokens) -> gpd.GeoDataFrame:
    """Ids become tokens, and so do the corners of polygons that were drawn round equipment."""
    named = _named(shapes, tokens)
    derived = named["derived"].to_numpy(bool)
    tokens.points += [tuple(point) for point in shapely.get_coordinates(named.geometry[derived].to_numpy())]
    return named


def _moved(shapes: gpd.GeoDataFrame, tokens: Tokens) -> gpd.GeoDataFrame:
    tokens.points += [tuple(point) for point in shapely.get_coordinates(shapes.geometry.to_numpy())]
    return shapes


def _places_of(tokens: Tokens) -> list[np.ndarray]:
    """The places in degrees, and in metres as surveyors and web maps write them; each with how near is too near."""
    degrees = np.array(tokens.points)
    metres = [
        np.column_stack(Transformer.from_crs(4326, zone, always_xy=True).transform(degrees[:, 0], degrees[:, 1]))
        for zone in (32647, 3857, 4528)
    ]
    return [degrees, *metres]


def _is_near(x: float, y: float, places: list[np.ndarray]) -> bool:
    if not np.isfinite(x) or not np.isfinite(y):
        return False
    for number, known in enumerate(places):
        near = _NEAR_DEGREES if number == 0 else 0.6
        if bool(((np.abs(known[:, 0] - x) < near) & (np.abs(known[:, 1] - y) < near)).any()):
            return True
    return False
