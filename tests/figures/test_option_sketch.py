"""The sketch of options: to scale, the same bytes each time, and no label over another."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure
from matplotlib.text import Annotation
from sample_assessment import VARIANTS, Variant, sample_assessment

from capacity.figures.label_places import Label, place_labels
from capacity.figures.option_sketch import option_sketch, sketch_png
from capacity.tables.assessment import Assessment


def drawn(assessment: Assessment, language: str = "en") -> Figure:
    figure = option_sketch(assessment, language)
    assert figure is not None
    return figure


def labels_of(figure: Figure) -> list[Annotation]:
    """The round labels with a rank or a letter."""
    texts = [text for axes in figure.axes for text in axes.texts if isinstance(text, Annotation)]
    return [
        text for text in texts if text.get_bbox_patch() is not None and len(text.get_text()) == 1 and text.arrow_patch
    ]


@pytest.mark.parametrize("variant", [one for one in VARIANTS if one != "no_coordinates"])
def test_option_sketch__labels_and_targets_are_apart(variant: Variant) -> None:
    figure = drawn(sample_assessment(variant=variant))
    figure.canvas.draw()
    boxes = [label.get_bbox_patch().get_window_extent() for label in labels_of(figure)]  # type: ignore[union-attr]  # filtered
    assert len(boxes) >= len(sample_assessment(variant=variant).options)
    for one, other in itertools.combinations(boxes, 2):
        gap = math.hypot((one.x0 + one.x1 - other.x0 - other.x1) / 2, (one.y0 + one.y1 - other.y0 - other.y1) / 2)
        assert gap > (one.width + other.width) / 2 - 1.0
    for box in boxes:
        assert any(axes.get_window_extent().contains(box.x0, box.y0) for axes in figure.axes)
        assert any(axes.get_window_extent().contains(box.x1, box.y1) for axes in figure.axes)


def test_option_sketch__every_option_has_its_mark() -> None:
    assessment = sample_assessment()
    marks = sorted(label.get_text() for label in labels_of(drawn(assessment)))
    assert marks == sorted(assessment.marks.values())
    assert marks == ["1", "2", "3", "4", "5", "6", "a", "b"]


def test_option_sketch__is_to_scale() -> None:
    """One metre is as long up as across, and the best route as long as its geometry says (17.3 m)."""
    figure = drawn(sample_assessment())
    for axes in figure.axes:
        (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
        box = axes.get_window_extent()
        assert (right - left) / box.width == pytest.approx((top - bottom) / box.height)
    best = [line for line in figure.axes[1].lines if line.get_linewidth() > 2.0 and len(line.get_xdata()) == 2]
    dashed = [line for line in best if line.get_linestyle() == "--"]
    length = np.hypot(np.diff(dashed[0].get_xdata()), np.diff(dashed[0].get_ydata()))[0]
    assert length == pytest.approx(17.336, abs=0.1)


def test_option_sketch__new_is_dashed_and_existing_solid() -> None:
    figure = drawn(sample_assessment(variant="staged"))
    routes = [
        line for line in figure.axes[0].lines if len(line.get_xdata()) >= 2 and line.get_linewidth() in (2.6, 1.4)
    ]
    styles = {(len(line.get_xdata()), line.get_linestyle()) for line in routes}
    assert (2, "--") in styles
    assert (3, "-") in styles


def test_option_sketch__nothing_without_coordinates() -> None:
    assert option_sketch(sample_assessment(variant="no_coordinates"), "zh") is None
    assert sketch_png(sample_assessment(variant="no_coordinates"), "zh") is None


def test_option_sketch__a_second_feeder_shows_both_routes() -> None:
    assessment = sample_assessment(variant="dual")
    assert sum(label.get_text() == "1" for label in labels_of(drawn(assessment))) == 2


def test_option_sketch__one_option_at_the_customer_itself_is_drawn() -> None:
    assessment = sample_assessment()
    best = assessment.options[0]
    here = replace(best.candidate, longitude=99.203, latitude=25.103, legs=(), straight_m=0.0)
    only = replace(best, design=replace(best.design, candidate=here))
    assert drawn(replace(assessment, options=(only,))).axes


def test_sketch_png__the_same_bytes_each_time() -> None:
    assert sketch_png(sample_assessment(), "en") == sketch_png(sample_assessment(), "en")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(20.0, 380.0), st.floats(20.0, 230.0)), min_size=1, max_size=8))
def test_place_labels__eight_labels_never_overlap(points: list[tuple[float, float]]) -> None:
    labels = [Label(x, y, 7.0) for x, y in points]
    placed = place_labels(labels, np.array(points), np.empty((0, 2)), (0.0, 0.0, 400.0, 250.0))
    for (a, b), (c, d) in itertools.combinations(placed, 2):
        assert math.hypot(a - c, b - d) >= 15.0
    for x, y in placed:
        assert 7.0 <= x <= 393.0
        assert 7.0 <= y <= 243.0
