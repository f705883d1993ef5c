"""The routes of an assessment as GeoJSON."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from capacity.tables.assessment import Assessment
from capacity.tables.places import Candidate


def routes(assessment: Assessment) -> dict[str, Any]:
    """A FeatureCollection (EPSG:4326): the customer, the targets and the legs of the routes, as far as placed.

    ``role`` says what a feature is; targets and legs carry ``option_key`` and ``rank`` (0: rejected), legs along an
    existing line its ``line_id``. A second feeder's option has the first one's route too, with ``supply`` 1, its own
    with 2.
    """
    places = assessment.places
    features = []
    if not math.isnan(places.longitude):
        features.append(_feature("Point", [places.longitude, places.latitude], {"role": "customer"}))
    for option in assessment.options:
        first = assessment.first_of(option)
        supplies = (option.candidate,) if first is None else (first, option.candidate)
        for supply, candidate in enumerate(supplies, start=1):
            features += list(
                _of_candidate(candidate, {"option_key": option.key, "rank": option.rank, "supply": supply})
            )
    return {"type": "FeatureCollection", "features": features}


def _of_candidate(candidate: Candidate, facts: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for leg in candidate.legs:
        if len(set(leg.points)) > 1:
            role = {"role": "new" if leg.new else "existing", "line_id": leg.line_id or None, "length_m": leg.length_m}
            yield _feature("LineString", [[*point] for point in leg.points], facts | role)
    if not math.isnan(candidate.longitude):
        told = {"role": "target", "kind": candidate.kind, "target_id": candidate.target_id}
        yield _feature("Point", [candidate.longitude, candidate.latitude], facts | told)


def _feature(kind: str, coordinates: list[Any], properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": kind, "coordinates": coordinates},
        "properties": properties,
    }
