"""What cannot take a customer whatever the distance, and why: codes of ``words.PLACE_REASON``, empty where it can."""

from __future__ import annotations

import numpy as np

from capacity.applications.places.reading import GridTables, Texts


def refused_transformers(tables: GridTables) -> Texts:
    """Why each distribution transformer cannot take a customer."""
    ownership = tables.trafo_ownership
    return _first(
        (~tables.trafo_energised, "de_energised"),
        (ownership == "", "not_listed"),
        (ownership == "dedicated", "dedicated"),
        (tables.trafo_feeder == "", "meshed"),
    )


def refused_nodes(tables: GridTables) -> Texts:
    """Why each node cannot; a node cannot where its transformer cannot."""
    of_transformer = dict(zip(tables.trafo_id, refused_transformers(tables), strict=True))
    inherited = np.array([of_transformer.get(one, "not_listed") for one in tables.bus_transformer], dtype=object)
    return _first(
        (~tables.bus_energised, "de_energised"),
        (tables.bus_transformer == "", "meshed"),
        *((inherited == reason, reason) for reason in ("de_energised", "not_listed", "dedicated", "meshed")),
    )


def refused_sections(tables: GridTables) -> Texts:
    """Why each line cannot be teed."""
    return _first((~tables.line_live, "de_energised"), (tables.line_feeder == "", "meshed"))


def _first(*reasons: tuple[np.typing.NDArray[np.bool_], str]) -> Texts:
    """For every row the first reason that holds."""
    return np.select([mask for mask, _ in reasons], [code for _, code in reasons], "").astype(object)
