"""What every page owes its readers: a self-check, a break-it, commands that parse."""

import ast
import importlib
import re
import shlex

import nbformat
import pytest
import yaml
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from book import page_footer
from book.page_list import (
    Page,
    PagesError,
    accepted_parameters,
    check_parameters,
    load_pages,
)
from lipgan.claims import selfcheck
from lipgan.cli.parser import parser
from lipgan.config import Config
from lipgan.experiments import EXPERIMENTS
from tests.book.test_notebooks import ROOT, SOURCES

PAGES = load_pages(ROOT)
CLAIMS = [path for path in SOURCES if path.stem != "costs"]
COMMAND = re.compile(r"python -m lipgan ([^`\n]+(?:\n(?!python|`)[^`\n]+)*)")
BLOCK = re.compile(r"^(`{3,})\{(exercise|solution)\} ?(.*?)\n(.*?)^\1$", re.M | re.S)


def teaching_problems(made):
    """What a claim's page lacks for teaching."""
    problems = []
    tagged = [c for c in made.cells if "self-check" in c.metadata.get("tags", [])]
    if len(tagged) != 1:
        return [f"has {len(tagged)} cells tagged self-check"]
    problems += self_check_problems(made, tagged[0].source)
    text = "\n".join(c.source for c in made.cells if c.cell_type == "markdown")
    blocks = BLOCK.findall(text)
    labels = [
        re.search(r"^:label: (\S+)$", body, re.M)[1]
        for _, kind, _, body in blocks
        if kind == "exercise"
    ]
    solved = [name for _, kind, name, body in blocks if kind == "solution"]
    folded = [":class: dropdown" in b for _, kind, _, b in blocks if kind == "solution"]
    if not 2 <= len(labels) <= 4:
        problems.append(f"has {len(labels)} exercises")
    if sorted(labels) != sorted(solved) or not all(folded):
        problems.append("has exercises without a folded solution")
    broken = [body for _, _, title, body in blocks if title == "Break it"]
    if len(broken) != 1 or ":label: exercise-break-" not in broken[0]:
        problems.append("has no break-it exercise")
    elif not re.search(r"^```(python|bash)$", broken[0], re.M):
        problems.append("its break-it has nothing to copy")
    return problems


def self_check_problems(made, source):
    label = re.match(r"\(([\w-]+)\)=", made.cells[0].source)
    call = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    names = {ast.unparse(node.func): node for node in call}
    found = names.get("selfcheck.check")
    if found is None or not label or found.args[0].value != label[1]:
        return ["its self-check does not ask by the label of its first cell, (...)="]
    if label[1] not in selfcheck.QUESTIONS:
        return ["its self-check has no question"]
    return [] if "answer = None" in source else ["its self-check is answered already"]


@pytest.mark.parametrize("path", CLAIMS, ids=lambda path: path.stem)
def test_page_can_be_taught(path):
    assert teaching_problems(nbformat.read(path, as_version=4)) == []


def page_to_break():
    text = "```{exercise}\n:label: exercise-a\nA?\n```\n```{solution} exercise-a\n"
    text += (
        ":class: dropdown\nB.\n```\n````{exercise} Break it\n:label: exercise-break-a\n"
    )
    text += "So.\n```bash\npython -m lipgan status\n```\n````\n"
    text += "```{solution} exercise-break-a\n:class: dropdown\nB.\n```"
    check = 'answer = None\nprint(selfcheck.check("system-gran", answer))'
    cells = [new_markdown_cell("(system-gran)=\n# G"), new_markdown_cell(text)]
    tags = {"tags": ["self-check"]}
    return new_notebook(cells=[*cells, new_code_cell(check, metadata=tags)])


@pytest.mark.parametrize(
    ("cell", "old", "new", "found"),
    [
        (2, "None", "0.91", "answered already"),
        (2, "system-gran", "system-alr", "does not ask by the label"),
        (0, "system-gran", "system-new", "does not ask by the label"),
        (1, "exercise-break-a", "exercise-b", "no break-it"),
        (1, "```bash", "```text", "nothing to copy"),
        (1, "{solution} exercise-a", "{note}", "without a folded solution"),
        (1, ":class: dropdown\n", "", "without a folded solution"),
    ],
)
def test_pages_that_cannot_be_taught_are_found(cell, old, new, found):
    made = page_to_break()
    assert teaching_problems(made) == []
    made.cells[cell].source = made.cells[cell].source.replace(old, new)
    assert any(found in line for line in teaching_problems(made))


# Commands: they parse with the real command line and describe valid configs


def check_command(line):
    """Raises or exits where the command line would refuse."""
    words = shlex.split(line)
    options = parser(words[0]).parse_args(words)
    if "table" in options:
        fields = {"dataset": options.dataset} if options.dataset else {}
        assert EXPERIMENTS[options.table](
            scale=options.scale, seeds=options.seeds, **fields
        )
    elif "loss" in options:
        values = {name: getattr(options, name) for name in Config.__dataclass_fields__}
        Config(**{k: v for k, v in values.items() if v is not None})


def commands_of(path):
    made = nbformat.read(path, as_version=4)
    return commands_in(
        "\n".join(c.source for c in made.cells if c.cell_type == "markdown")
    )


def commands_in(text):
    return [
        " ".join(found.replace("\\", " ").split()) for found in COMMAND.findall(text)
    ]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_commands_in_the_text_parse(path):
    for line in commands_of(path):
        check_command(line)


def snippets_of(path):
    made = nbformat.read(path, as_version=4)
    return re.findall(
        r"^```python\n(.*?)^```", "\n".join(c.source for c in made.cells), re.M | re.S
    )


def unknown_imports(source):
    """Names that a snippet imports and that do not exist."""
    return [
        f"{node.module}.{alias.name}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if not hasattr(importlib.import_module(node.module), alias.name)
    ]


@pytest.mark.parametrize("path", CLAIMS, ids=lambda path: path.stem)
def test_snippets_import_what_exists(path):
    for snippet in snippets_of(path):
        assert unknown_imports(snippet) == []


def test_snippets_are_found_and_wrong_ones_noticed():
    assert sum(len(snippets_of(path)) for path in CLAIMS) >= 7
    wrong = "from lipgan import metrics, nothing_of_the_kind"
    assert unknown_imports(wrong) == ["lipgan.nothing_of_the_kind"]


def test_wrong_commands_are_found(capsys):
    with pytest.raises(SystemExit):
        check_command("train --los ns --scael smoke")
    with pytest.raises(ValueError, match="loss: 'nss' is not one of"):
        check_command("train --loss nss")
    assert len(commands_of(ROOT / "notebooks" / "06_fid_against_alpha.ipynb")) >= 4


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_box_of_a_page_runs(page):
    words = shlex.split(page_footer.papermill_command(page).replace("\\\n", " "))
    assert words[0] == ".venv/bin/papermill"
    assert (ROOT / words[1]) == page.notebook
    values = yaml.safe_load(words[words.index("-y") + 1])
    own = Page(page.name, page.notebook, values)
    assert check_parameters(own, "embedded").items() >= values.items()
    defaults = accepted_parameters(page.notebook)
    assert any(values[name] != defaults[name] for name in values)
    lines = page_footer.train_commands(page)
    assert lines
    for line in lines:
        words = shlex.split(line)
        if words[2] == "lipgan":
            check_command(shlex.join(words[3:]))
            chosen = page.parameters.get("dataset")
            assert ("--dataset" in words) == bool(chosen)
            assert not chosen or words[words.index("--dataset") + 1] == chosen
        else:
            assert (ROOT / (words[2].replace(".", "/") + ".py")).is_file()


def test_what_a_page_reads_is_measured_first():
    (costs,) = [page for page in PAGES if page.name == "costs"]
    box = page_footer.footer(costs, None)
    assert box.index("benchmarks.growth --out mine.json") < box.index("papermill")
    first = page_footer.footer(PAGES[0], None)
    assert first.index("papermill") < first.index("-m lipgan")


def test_box_is_appended_and_nothing_else_changes():
    made = {"cells": [{"cell_type": "code"}], "nbformat": 4}
    whole = page_footer.with_footer(made, page_footer.footer(PAGES[0], None))
    assert whole["cells"][:-1] == made["cells"]
    assert "Run this page with other parameters" in whole["cells"][-1]["source"]
    assert len(made["cells"]) == 1


def test_without_an_address_there_are_no_buttons(tmp_path):
    assert page_footer.repository(ROOT) is None
    box = page_footer.footer(PAGES[0], None)
    assert "http" not in box
    (tmp_path / "_config.yml").write_text("repository:\n  url: https://x.org/a/b\n")
    with pytest.raises(PagesError, match=r"repository url 'https://x.org/a/b'"):
        page_footer.repository(tmp_path)


def test_with_an_address_the_buttons_point_at_tracked_files(tmp_path):
    text = "repository: {url: https://github.com/someone/lipgan, branch: dev/a}\n"
    (tmp_path / "_config.yml").write_text(text)
    project = page_footer.repository(tmp_path)
    assert project == ("someone", "lipgan", "dev/a")
    for page in PAGES:
        box = page_footer.footer(page, project)
        name = f"notebooks/{page.notebook.name}"
        assert f"github/someone/lipgan/blob/dev/a/{name}" in box
        assert (
            f"gh/someone/lipgan/dev%2Fa?labpath=notebooks%2F{page.notebook.name}" in box
        )
        assert (ROOT / name).is_file()
    assert (ROOT / ".binder" / "postBuild").stat().st_mode & 0o100  # Binder runs it


def test_every_page_leads_to_the_next_with_a_question():
    texts = [page_footer.next_page(page, PAGES) for page in PAGES]
    asked = [text for text in texts if text]
    assert len(asked) == len(set(asked)) >= len(PAGES) - 3
    for text, after in zip(texts, PAGES[1:], strict=False):
        assert not text or text.endswith(f"{{doc}}`{after.name}`\n\n")
    assert texts[-1] == ""
