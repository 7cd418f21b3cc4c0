"""A table that fits every terminal: narrow ones see its rows one below the other."""

from collections.abc import Iterable
from dataclasses import replace

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

# Prose (a cell that is longer than the second) is unreadable in a column narrower than the first; a
# word longer than the second (a path) is broken where it must be.
_NARROWEST_PROSE, _LONGEST_WORD = 16, 30
_FIGURE = 12
_ENDLESS = 100_000


class FoldingTable(Table):
    """As rich's, but nothing is cut off, and no word is broken that could stay whole.

    Where the columns do not fit beside each other, each row is shown as a heading (its first cell)
    and a line for every other cell.
    """

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the table, or its rows one below the other."""
        endless = options.update(width=_ENDLESS, max_width=_ENDLESS)
        sizes = [_sizes(column.header, column.cells, console, endless) for column in self.columns]
        wide = [size.maximum for size in sizes]
        frame = Measurement.get(console, endless, self._like(None)).maximum - sum(wide)
        spare = options.max_width - frame - sum(wide)
        if spare >= 0:
            yield from super().__rich_console__(console, options)
            return
        least = [
            _least(size, whole=column.no_wrap)
            if column.min_width is None
            else min(size.maximum, column.min_width)
            for column, size in zip(self.columns, sizes, strict=True)
        ]
        spare = options.max_width - frame - sum(least)
        if spare < 0:
            yield from self._folded()
            return
        widths = _shared(spare, least, wide)
        yield from Table.__rich_console__(self._like(widths), console, options)

    def _like(self, widths: list[int] | None) -> Table:
        """Return the same table with these widths, and no width of its own."""
        table = Table(
            title=self.title,
            caption=self.caption,
            box=self.box,
            pad_edge=self.pad_edge,
            padding=self.padding,
            title_justify=self.title_justify,
            title_style=self.title_style,
            caption_justify=self.caption_justify,
            show_header=self.show_header,
        )
        fixed: list[int | None] = [None] * len(self.columns) if widths is None else [*widths]
        table.columns = [
            replace(column, width=width, overflow="fold")
            for column, width in zip(self.columns, fixed, strict=True)
        ]
        table.rows = self.rows
        return table

    def _folded(self) -> Iterable[RenderableType]:
        if self.title:
            yield Text(_text(self.title).plain, "bold")
        head, *others = self.columns
        for index, row in enumerate(self.rows):
            cells = [list(column.cells)[index] for column in self.columns]
            fields = Table.grid("", "", padding=(0, 1, 0, 0))
            fields.columns[0].no_wrap = True
            fields.columns[0].style = "dim"
            fields.columns[1].overflow = "fold"
            for column, cell in zip(others, cells[1:], strict=True):
                if not _is_empty(cell):
                    fields.add_row(Text.assemble("  ", _text(column.header)), cell, style=row.style)
            name = _text(head.header).plain
            # The settings' heading is the beginning of their names.
            name += "" if not name or name.endswith(".") else " "
            yield Text(f"{name}{_text(cells[0]).plain}", "bold", overflow="fold")
            yield fields
        if self.caption:
            yield Text(_text(self.caption).plain, "italic dim")
        yield ""


def _sizes(
    header: RenderableType, cells: Iterable[RenderableType], console: Console, wide: ConsoleOptions
) -> Measurement:
    """Return the width of a column's longest word, and of its longest line."""
    head = Measurement.get(console, wide, header)
    found = [Measurement.get(console, wide, cell) for cell in cells]
    # A figure stays beside its unit.
    whole = [size.maximum if size.maximum <= _FIGURE else size.minimum for size in found]
    return Measurement(
        max([head.minimum, *whole]), max(head.maximum, *(size.maximum for size in found), 0)
    )


def _least(size: Measurement, *, whole: bool) -> int:
    """Return the least width of a column, in which no word is broken that could stay whole."""
    if whole:
        return size.maximum
    prose = _NARROWEST_PROSE if size.maximum > _LONGEST_WORD else 0
    return max(min(size.minimum, _LONGEST_WORD), prose)


def _shared(spare: int, least: list[int], wide: list[int]) -> list[int]:
    """Return the least widths with what is spare given to those that lack the most."""
    widths = list(least)
    for _ in range(spare):
        lacks = [want - width for want, width in zip(wide, widths, strict=True)]
        widths[lacks.index(max(lacks))] += 1
    return widths


def _text(cell: RenderableType) -> Text:
    return cell if isinstance(cell, Text) else Text.from_markup(str(cell))


def _is_empty(cell: RenderableType) -> bool:
    return not _text(cell).plain.strip()
