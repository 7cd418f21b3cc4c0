import json
from datetime import UTC, datetime

import pytest

from freqtrade_riskguard.config import load_config
from freqtrade_riskguard.evidence.identity import Identity
from freqtrade_riskguard.evidence.record import (
    EvidenceError,
    EvidenceRecord,
    EvidenceTrade,
    as_json,
    from_json,
)
from freqtrade_riskguard.evidence.weighting import evidence_words, statement, weighted
from freqtrade_riskguard.risk import EdgeBook

BTC = "BTC/USDT:USDT"
DAYS = [datetime(2024, 1, day, tzinfo=UTC) for day in range(1, 31)]
RECORD = EvidenceRecord(
    identity=Identity("Mine", "1h", "00ff", {"stoploss": "-0.1"}),
    start=DAYS[0],
    end=DAYS[-1],
    results=("result.zip",),
    trades=tuple(
        EvidenceTrade(
            day, BTC, -1 if day.day % 2 else 1, 0.01 if day.day % 3 else -0.01, day.day > 10
        )
        for day in DAYS[:20]
    ),
)


def kelly(**settings):
    return load_config({"profile": "moderate", "kelly": settings}).kelly


def changed(**changes):
    return json.dumps({**json.loads(as_json(RECORD)), **changes}).encode()


def test_it_is_read_as_it_was_written():
    assert from_json(as_json(RECORD).encode()) == RECORD


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"{", "is not valid JSON"),
        (b"[]", "is not a file of `riskguard evidence`"),
        (b"\xff\xfe", "UTF-8"),
        (changed(riskguard_evidence=2), "another version of riskguard"),
        (changed(timeframe="5m"), "was changed or is damaged"),
        (changed(trades=[]), "was changed or is damaged"),
        (as_json(RECORD).replace("0.01", "0.09", 1).encode(), "was changed or is damaged"),
        (as_json(RECORD)[:-400].encode(), "is not valid JSON"),
    ],
)
def test_what_is_damaged_is_refused(content, reason):
    with pytest.raises(EvidenceError, match=reason):
        from_json(content)


def test_in_sample_trades_weigh_nothing_unless_they_are_told_to():
    now = datetime(2024, 3, 1, tzinfo=UTC).timestamp()

    def borrowed(**settings):
        evidence = weighted(RECORD, kelly(**settings))
        return EdgeBook(evidence=evidence).edge(BTC, now).borrowed

    assert (borrowed().trades, borrowed().weight) == (10, 2.5)
    assert borrowed(evidence_weight=1.0).weight == 10
    # 10 at 0.25 and 10 at 0.1.
    assert borrowed(in_sample_weight=0.1).weight == pytest.approx(3.5)
    assert borrowed(evidence_weight=0.0).trades == 0


def test_in_words_what_counts_and_what_not_and_why():
    assert statement(RECORD, kelly()) == (
        "kelly.evidence_file has 20 trades of backtests from 2024-01-01 to 2024-01-30: 10 out of "
        "sample count 0.25 each, 10 in sample count nothing"
    )
    book = EdgeBook(evidence=weighted(RECORD, kelly()))

    def words(day):
        edge = book.edge("NEW/USDT:USDT", datetime(2024, 3, day, tzinfo=UTC).timestamp())
        return evidence_words(RECORD, kelly(), edge).partition("; ")[2]

    assert words(1).startswith("the newest 10 count now, as 2.5 trades beside 0 own trades")
    before = book.edge(BTC, DAYS[0].timestamp())
    assert "none that counts had closed by then" in evidence_words(RECORD, kelly(), before)
    for day in range(2, 12):
        book.add(BTC, datetime(2024, 3, day, tzinfo=UTC).timestamp(), -0.01)
    assert words(5).startswith("the newest 10 count now, as 2.5 trades beside 4 own trades")
    assert words(12) == "none counts now: 10 own losers, and a loss in sum, overrule it"
    # 70 losers on 35 days: disproven.
    for number in range(60):
        book.add(BTC, datetime(2024, 3, 12 + number // 4, tzinfo=UTC).timestamp() + number, -0.01)
    assert words(27) == "none counts now: your own trades have disproven the edge"
