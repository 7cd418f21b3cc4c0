import io

from hypothesis import example, given
from hypothesis import strategies as st
from rich.box import SIMPLE_HEAD
from rich.console import Console

from freqtrade_riskguard.folding_table import FoldingTable
from tests.support.terminal import assert_fits

WORDS = st.text("abc 0123.%", min_size=1, max_size=40)


def shown(table, columns):
    file = io.StringIO()
    Console(file=file, width=columns).print(table)
    return file.getvalue()


def built(rows, whole=(), **style):
    table = FoldingTable(title="Positions", caption="All of them.", **style)
    for number, _ in enumerate(rows[0]):
        table.add_column(f"Column {number}", no_wrap=number in whole)
    for row in rows:
        table.add_row(*row)
    return table


def letters(text):
    return sorted(each for each in text if each.isalnum())


@given(
    rows=st.integers(1, 6).flatmap(
        lambda width: st.lists(
            st.lists(WORDS, min_size=width, max_size=width), min_size=1, max_size=4
        )
    ),
    whole=st.sets(st.integers(0, 5)),
    columns=st.integers(40, 120),
    simple=st.booleans(),
)
@example(rows=[["1" * 40] * 6], whole={0, 1, 2}, columns=60, simple=True)
def test_it_fits_and_loses_nothing(rows, whole, columns, simple):
    table = built(rows, whole, **({"box": SIMPLE_HEAD} if simple else {}))
    text = shown(table, columns)
    assert max(map(len, text.splitlines())) <= columns
    assert "…" not in text
    cells = letters("".join("".join(row) for row in rows))
    drawn = letters(text)
    # Headings are shown once, or once a row: what is left of them are the cells.
    heads = letters("".join(f"Column {number}" for number in range(len(rows[0]))))
    title = letters("PositionsAllofthem")
    assert len(drawn) >= len(cells) + len(title)
    for each in set(cells):
        assert drawn.count(each) >= cells.count(each) + title.count(each)
    assert set(drawn) <= set(cells) | set(heads) | set(title)


def test_where_there_is_room_it_is_richs_own_table():
    rows = [["BTC long", "20000", "9x"], ["ETH short", "5000", "5x"]]
    text = shown(built(rows), 60)
    # Three columns beside each other, a title and a caption.
    assert [line.split() for line in text.splitlines() if "BTC" in line] == [
        ["│", "BTC", "long", "│", "20000", "│", "9x", "│"]
    ]


def test_prose_is_wrapped_and_figures_stay_whole():
    why = "the volatility of the last twelve days is above that of an ordinary market"
    text = shown(built([["hard_cap", "5x", why], ["kelly", "2.5x", "no edge"]], whole={0}), 40)
    assert_fits(text, 40)
    assert "│ hard_cap │ 5x " in text
    assert all(word in text for word in why.split())


def test_without_room_each_row_is_a_paragraph():
    rows = [["BTC long", "20000", "8085.71", ""], ["ETH short", "5000", "1175.78", "-42 %"]]
    lines = shown(built(rows, whole={0, 1, 2, 3}), 40).splitlines()
    assert [line.rstrip() for line in lines] == [
        "Positions",
        "Column 0 BTC long",
        "  Column 1 20000",
        "  Column 2 8085.71",
        "Column 0 ETH short",
        "  Column 1 5000",
        "  Column 2 1175.78",
        "  Column 3 -42 %",
        "All of them.",
        "",
    ]


def test_a_long_path_is_folded_not_cut():
    path = "/home/trader/" + "user_data/" * 8 + "backtest-result-2026-09-01_12-00-00.zip"
    for columns in (60, 80):
        text = shown(built([["result", path], ["trades", "12"]]), columns)
        assert_fits(text, columns)
        assert path in "".join(part for part in text if part not in " │\n")
