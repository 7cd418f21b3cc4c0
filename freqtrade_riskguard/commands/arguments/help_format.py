"""Help as paragraphs that fit the terminal; what is indented (examples, lists) keeps its lines."""

import argparse
import shutil
import textwrap

_WIDEST = 100  # columns; longer lines are hard to read


class HelpFormat(argparse.HelpFormatter):
    """Wraps descriptions and epilogs as argparse does, but line by line where they are indented."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=min(shutil.get_terminal_size().columns, _WIDEST) - 2)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        lines: list[str] = []
        paragraph: list[str] = []
        for line in [*text.splitlines(), ""]:
            if line and not line.startswith(" "):
                paragraph.append(line)
                continue
            lines += textwrap.wrap(
                " ".join(paragraph), width, break_long_words=False, break_on_hyphens=False
            )
            paragraph = []
            margin = line[: len(line) - len(line.lstrip())]
            lines += textwrap.wrap(
                line,
                width,
                subsequent_indent=f"{margin}  ",
                break_long_words=False,
                break_on_hyphens=False,
            ) or [""]
        return "".join(f"{indent}{line}\n" for line in lines).rstrip("\n")
