"""The README and the pages of the documentation, taken apart: commands, code, JSON, tables."""

import json
import re
import textwrap
from pathlib import Path
from typing import Any

import rapidjson

ROOT = Path(__file__).parents[2]
PAGES = {
    str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
}
# As freqtrade reads its configuration.
COMMENTS = rapidjson.PM_COMMENTS | rapidjson.PM_TRAILING_COMMAS


def blocks(language: str, *pages: str) -> list[str]:
    """Return the code blocks of pages, or of all, each once."""
    found = [
        textwrap.dedent(block)
        for page in pages or PAGES
        for _, block in re.findall(
            rf"^( *)```{language}\n(.*?)^ *```", PAGES[page], re.DOTALL | re.MULTILINE
        )
    ]
    return list(dict.fromkeys(found))


def commands(*pages: str) -> list[str]:
    """Return every command of pages, or of all, once; not what only sets the environment."""
    lines = [line for block in blocks("bash", *pages) for line in block.splitlines()]
    single = [part.strip() for line in lines for part in line.split("&&")]
    return [line for line in dict.fromkeys(single) if not line.startswith("export ")]


def objects(*pages: str) -> list[dict[str, Any]]:
    """Return what the JSON blocks hold; settings without braces stand in an object."""
    texts = [*blocks("jsonc", *pages), *blocks("json", *pages)]
    whole = [text if text.lstrip().startswith("{") else "{" + text + "}" for text in texts]
    return [rapidjson.loads(text, parse_mode=COMMENTS) for text in whole]


def rows(text: str) -> list[list[str]]:
    """Return the cells of every row of the tables in a text, without their heads."""
    lines = re.findall(r"^\|(.*)\|$", text, re.MULTILINE)
    cells = [[cell.strip() for cell in line.split("|")] for line in lines]
    rules = {number for number, row in enumerate(cells) if set("".join(row)) == {"-"}}
    heads = {number - 1 for number in rules}
    return [row for number, row in enumerate(cells) if number not in rules | heads]


def section(title: str, page: str = "README.md") -> str:
    """Return what stands below a heading."""
    return PAGES[page].split(f"\n## {title}\n")[1].split("\n## ")[0]


def anchors(page: str) -> set[str]:
    """Return the names by which a page's headings are linked to."""
    titles = re.findall(r"^#+ (.*)$", PAGES[page], re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def plain(value: object) -> object:
    """Return a value as it stands in a file."""
    return json.loads(json.dumps(value, default=str))
