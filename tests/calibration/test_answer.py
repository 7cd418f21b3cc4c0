import json
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

from freqtrade_riskguard.calibration.answer import Answer, Judged, answer_table, conclusion
from freqtrade_riskguard.calibration.outlook import Outlook, Record

YEAR = Outlook(0.2, 0.03, 0.04)


def judged(label, profit=0.1, drawdown=0.1, year=YEAR, trades=100, waits=0):
    """Down at first, then where it ends."""
    equity = np.array([1.0 - drawdown, 1.0 + profit])
    record = Record(np.zeros(trades - waits), np.zeros(trades - waits), 365.0)
    return Judged(label, trades, profit, equity, record, year)


GOOD = Answer(
    max_drawdown_ratio=0.2,
    folds=[
        (judged("fold 1 in sample"), judged("fold 1 out of sample", profit=0.1)),
        (judged("fold 2 in sample"), judged("fold 2 out of sample", profit=-0.05, drawdown=0.15)),
    ],
    chosen=judged("the answer, in sample"),
    chosen_has_edge=True,
    profile=judged("as it is, out of sample"),
    bare_at_1x=judged("bare at 1x, out of sample"),
    bare=judged("bare as asked, out of sample", drawdown=0.6),
    bare_at_1x_in_sample=judged("bare at 1x, in sample", year=Outlook(0.1, 0.0, 0.0)),
    bare_multiple=1.84,
    evidence_trades=120,
)


def test_what_agrees_is_recommended():
    # 1.1 * 0.95 - 1.
    assert round(GOOD.out_of_sample_profit_ratio, 9) == 0.045
    assert GOOD.objections == []


def test_the_drawdown_out_of_sample_goes_on_from_fold_to_fold():
    # 0.9, 1.1; 1.1 * 0.85 = 0.935, 1.1 * 0.95 = 1.045: from 1.1 to 0.935.
    assert GOOD.out_of_sample_drawdown_ratio == pytest.approx(0.15)
    falling = [(judged(""), judged("", profit=-0.12, drawdown=0.12)) for _ in range(2)]
    gained = (judged(""), judged("", profit=1.0, drawdown=0.0))
    answer = replace(GOOD, folds=[gained, *falling])
    # 2, then 2 * 0.88 * 0.88: no fold has lost more than 12 %, the account 22.6 %.
    assert answer.out_of_sample_drawdown_ratio == pytest.approx(1.0 - 0.88**2)
    assert answer.objections[0].startswith("Out of sample contradicts the search: the drawdown")


def test_nothing_beats_not_trading_where_nothing_is_proven_or_kept():
    for answer in (
        replace(GOOD, chosen=None),
        replace(GOOD, chosen=judged("", trades=0)),
        replace(GOOD, chosen_has_edge=False),
        replace(GOOD, chosen=judged("", year=Outlook(0.5, 0.2, 0.21))),
        replace(GOOD, chosen=judged("", year=Outlook(0.0, 0.0, 0.0))),
    ):
        (sentence,) = answer.objections
        assert sentence.startswith("Nothing within a drawdown of 20 % beats not trading")


def test_why_nothing_beats_not_trading_is_what_the_trades_did():
    gained = replace(GOOD, chosen_has_edge=False)
    assert gained.objections[0].endswith("what the trades gained is no more than chance gives.")
    lost = replace(gained, chosen=judged("", profit=-0.1))
    assert lost.objections == [
        "Nothing within a drawdown of 20 % beats not trading: its trades lost."
    ]


def test_a_few_trades_are_not_judged(capsys):
    few = judged("the answer, in sample", trades=29)
    answer = replace(GOOD, chosen=few, chosen_has_edge=False, bare_at_1x_in_sample=few)
    assert answer.objections == ["Too few trades to tell: 29, of at least 30."]
    assert conclusion(answer, None) == [
        "The bare strategy made too few trades to tell what it could stand: 29, of at least 30.",
        "Too few trades to tell: 29, of at least 30.",
        "No settings are recommended.",
    ]
    # At the sizes that it would have there are as few.
    waiting = replace(GOOD, chosen=judged("", trades=59, waits=30))
    assert waiting.objections == [
        "Too few trades to tell: 29 after those that Kelly waits for, of at least 30."
    ]
    lost = replace(answer, chosen=judged("", profit=-0.1, trades=29))
    assert lost.objections[0].endswith("its trades lost.")
    Console(width=100).print(answer_table("Mine", answer))
    shown = capsys.readouterr().out
    (row,) = [line for line in shown.splitlines() if "fold 1 in sample" in line]
    assert "unknown" not in row
    row = next(line for line in shown.splitlines() if " 29 " in line)
    assert row.count("unknown") == 2
    assert (
        "Unknown: fewer than 30 trades after those that Kelly waits for tell nothing."
        in " ".join(shown.split())
    )
    # 14 and 15 out of sample.
    folds = [(judged(""), judged("", trades=14)), (judged(""), judged("", trades=15))]
    assert replace(GOOD, folds=folds).objections == [
        "Too few trades to tell out of sample: 29, of at least 30."
    ]


def test_nothing_beats_the_bare_strategy_at_1x():
    better = replace(GOOD, bare_at_1x_in_sample=judged("", year=Outlook(0.3, 0.01, 0.02)))
    assert better.objections == ["Nothing within a drawdown of 20 % beats the bare strategy at 1x."]
    # Growth that breaks the budget is no better.
    wild = replace(GOOD, bare_at_1x_in_sample=judged("", year=Outlook(0.3, 0.2, 0.21)))
    assert wild.objections == []


def test_out_of_sample_may_contradict():
    inside = judged("fold 1 in sample")
    losing = replace(GOOD, folds=[(inside, judged("", profit=-0.1))])
    assert " ".join(losing.objections) == (
        "Out of sample contradicts the search: what gained on the older candles made -10.0 % on "
        "those after them."
    )
    deep = replace(GOOD, folds=[(inside, judged("", drawdown=0.3))])
    assert " ".join(deep.objections) == (
        "Out of sample contradicts the search: the drawdown there was 30.0 %, beyond a drawdown of "
        "20 %."
    )


def test_only_what_nothing_speaks_against_is_to_be_pasted():
    block = {"profile": "moderate", "max_leverage": 2.5}
    by_itself, said, pasted, proof = conclusion(GOOD, block)
    assert "at 1.8 times its sizes at 1x" in by_itself
    assert "To paste" in said
    assert json.loads(pasted) == {"riskguard": block}
    assert proof == (
        "Its evidence file has the 120 trades that were out of sample, so that the strategy starts "
        "at what it has proven."
    )
    # 119 of them are no thirty own ones.
    few = replace(GOOD, evidence_trades=119)
    assert "so the strategy starts at 1x" in conclusion(few, block)[-1]
    refused = conclusion(replace(GOOD, chosen_has_edge=False, bare_multiple=None), None)
    assert refused[0] == "The bare strategy, whatever its leverage, does not beat not trading."
    assert refused[-1] == "No settings are recommended."
    assert not any("riskguard" in line for line in refused)


def test_the_table_shows_every_backtest(capsys):
    Console(width=80).print(answer_table("Mine", GOOD))
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= 80
    for row in (*GOOD.folds[0], *GOOD.folds[1], GOOD.profile, GOOD.bare, GOOD.chosen):
        assert row.label in shown
    # e^0.2 - 1.
    assert "22.1 %" in shown
