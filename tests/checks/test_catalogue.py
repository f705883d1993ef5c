"""The catalogue and docs/checks.md say what the checks do."""

import ast
from pathlib import Path

import pytest

from capacity.checks.catalogue import CHECKS, KINDS, THEMES, as_markdown
from capacity.tables.words import EFFECT

PAGE = Path(__file__).parents[2] / "docs" / "checks.md"


def test_page__is_the_catalogue():
    assert PAGE.read_text(encoding="utf-8") == as_markdown(), "run python -m tools.generate_docs"


def test_kinds__codes_are_unique_and_named_after_their_theme():
    codes = [kind.code for kind in KINDS]
    assert len(set(codes)) == len(codes)
    for theme in THEMES:
        name = theme.__name__.rsplit(".", 1)[-1]
        assert all(kind.code.startswith(f"{name}.") for kind in theme.KINDS)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
def test_kind__is_complete(kind):
    assert kind.effect in EFFECT
    assert kind.effect or kind.severity != "warning"
    assert all((kind.looks_at_en, kind.looks_at_zh, kind.remedy_zh.endswith("。"), kind.remedy_en.endswith(".")))


def test_checks__every_public_function_of_a_theme_is_registered():
    for theme in THEMES:
        tree = ast.parse(Path(str(theme.__file__)).read_text(encoding="utf-8"))
        yielding = {
            node.name
            for node in tree.body
            if isinstance(node, ast.FunctionDef)
            and not node.name.startswith("_")
            and any(isinstance(part, ast.Yield | ast.YieldFrom) for part in ast.walk(node))
        }
        assert {check.__name__ for check in theme.CHECKS} == yielding
    assert len(set(CHECKS)) == len(CHECKS)


def test_kinds__each_has_a_broken_fixture():
    expected = set()
    for path in Path(__file__).parent.glob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "expect":
                expected.add(node.args[1].value)
    # these two cannot come out of a case put together whole; their own tests stand beside them
    assert {kind.code for kind in KINDS} - expected == {"network.dangling", "checks.not_carried_out"}
