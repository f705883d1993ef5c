"""The manual cannot rot: generated parts, commands, examples, links."""

from __future__ import annotations

import ast
import doctest
import importlib
import json
import pkgutil
import re
from pathlib import Path

import pytest
import typer

import capacity
from tools import commands, generate_docs

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(capacity.__path__, "capacity.")
    if ".migrations." not in module.name  # scripts that Alembic runs in a context of its own
)
FENCE = re.compile(r"^( *)```(\w+)[^\n]*\n(.*?)^\1```", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def text_of(page: Path) -> str:
    """A page's text; of a notebook its cells in Markdown."""
    text = page.read_text(encoding="utf-8")
    if page.suffix != ".ipynb":
        return text
    return "\n\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"] if cell["cell_type"] == "markdown")


def blocks(page: Path, *languages: str) -> list[str]:
    """The code blocks of a page in one of the languages."""
    found = FENCE.findall(text_of(page))
    return [code for _, language, code in found if language in languages]


def shell_commands(program: str) -> list[tuple[str, str]]:
    """Every line of every page's and notebook's shell examples that runs ``program``: (page, line without comment)."""
    lines = [
        (relative(page), line)
        for page in [*PAGES, *NOTEBOOKS]
        for code in blocks(page, "sh", "bat")
        for line in code.splitlines()
    ]
    return [(page, line.split(" #")[0].strip()) for page, line in lines if line.strip().startswith(f"{program} ")]


def test_generated_parts__are_what_the_code_says():
    assert [relative(path) for path in generate_docs.outdated()] == []


def test_generated_parts__every_generator_has_its_place():
    placed = [name for page in PAGES for name in generate_docs.parts(page.read_text(encoding="utf-8"))]
    assert sorted(placed) == sorted(generate_docs.GENERATORS)


def test_rewritten__replaces_what_stands_between_the_marks(monkeypatch):
    monkeypatch.setitem(generate_docs.GENERATORS, "codes", lambda: "new")
    page = "before\n<!-- generated: codes -->\n\nold\n\n<!-- end of generated: codes -->\nafter\n"
    assert generate_docs.rewritten(page) == page.replace("old", "new")


def program():
    from capacity.cli import app

    return commands.leaves(typer.main.get_command(app), "capacity")


def test_commands__are_all_documented():
    page = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert [name for name, _ in program() if f"### `{name}`" not in page] == []


def test_commands__explain_themselves_and_every_option():
    silent = [name for name, command in program() if not (command.help or "").strip()]
    for name, command in program():
        silent += [f"{name} {parameter.name}" for parameter in command.params if not getattr(parameter, "help", "")]
    assert silent == []


def test_examples__use_commands_and_options_that_exist():
    known = dict(program())
    wrong = []
    for page, line in shell_commands("capacity"):
        words = line.split()
        name = next((" ".join(words[:n]) for n in (4, 3, 2) if " ".join(words[:n]) in known), None)
        if name is None:
            wrong.append(f"{page}: {line}")
            continue
        options = {
            option for parameter in known[name].params for option in (*parameter.opts, *parameter.secondary_opts)
        }
        wrong += [f"{page}: {line}" for word in words if word.startswith("--") and word.split("=")[0] not in options]
    assert wrong == []


def test_examples__use_make_targets_that_exist():
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert [(page, line) for page, line in shell_commands("make") if line.split()[1] not in targets] == []


def test_examples__scenario_files_exist():
    named = {word for _, line in shell_commands("capacity") for word in line.split() if word.startswith("scenarios/")}
    assert named
    assert [name for name in sorted(named) if not (ROOT / name).is_file()] == []


def test_examples__python_names_exist():
    used = set()
    for page in PAGES:
        for code in blocks(page, "python"):
            for node in ast.walk(ast.parse(code)):
                if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "capacity":
                    used.add(node.attr)
    assert used
    assert [name for name in sorted(used) if not hasattr(capacity, name)] == []


def test_readmes__show_the_same_commands_in_both_languages():
    english, chinese = (
        [line.split(" #")[0].strip() for code in blocks(ROOT / name, "sh", "bat") for line in code.splitlines()]
        for name in ("README.md", "README.zh.md")
    )
    assert english == chinese


@pytest.mark.parametrize("page", PAGES, ids=relative)
def test_links__lead_somewhere(page: Path):
    targets = [first or second for first, second in LINK.findall(page.read_text(encoding="utf-8"))]
    local = [target.split("#")[0] for target in targets if not re.match(r"[a-z]+:|#", target)]
    assert [target for target in local if not (page.parent / target).exists()] == []


def test_decisions__are_numbered_listed_and_in_the_navigation():
    pages = sorted(path.name for path in (ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    assert [name[:3] for name in pages] == [f"{number:03d}" for number in range(1, len(pages) + 1)]
    index = (ROOT / "docs" / "decisions" / "index.md").read_text(encoding="utf-8")
    navigation = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    assert [name for name in pages if f"({name})" not in index or f"decisions/{name}" not in navigation] == []


@pytest.mark.parametrize("name", MODULES)
def test_docstrings__examples_hold(name: str):
    result = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    assert result.failed == 0
