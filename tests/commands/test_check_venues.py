"""``riskguard check`` on the example configuration that the documents give for each exchange."""

import json
from datetime import timedelta

import pytest

from freqtrade_riskguard.cli import main
from freqtrade_riskguard.replay import ReplayExchange, VirtualClock
from freqtrade_riskguard.replay.scenarios import SCENARIOS
from freqtrade_riskguard.replay.venues import VENUES
from freqtrade_riskguard.venues import venue_of
from tests.support.offline import SAFE, write_bot
from tests.support.other_quote import settled_in
from tests.support.pages import objects

EXAMPLES = {
    example["exchange"]["name"]: example
    for example in objects("docs/venues.md")
    if "exchange" in example
}


def test_cross_margin_does_not_start_where_freqtrade_has_none(scenario_candles, tmp_path, capsys):
    data = scenario_candles("calm_trend", days=4)
    clock = VirtualClock(SCENARIOS["calm_trend"].start + timedelta(days=4))
    with ReplayExchange(data, exchange="bybit", now_ms=clock) as exchange:
        file = write_bot(tmp_path / "bot", exchange, config={**SAFE, "margin_mode": "cross"})
        where = ["-c", str(file), "--userdir", str(file.parent), "--datadir", str(data)]
        assert main(["check", *where]) == 2
    shown = capsys.readouterr()
    (line,) = shown.err.splitlines()
    assert "does not support 'cross' 'futures' on Bybit; freqtrade would not start" in line
    assert shown.out == ""


@pytest.mark.parametrize("venue", VENUES)
def test_the_example_of_each_exchange_is_no_danger(venue, scenario_candles, tmp_path, capsys):
    example = EXAMPLES[venue]
    quote = example.get("stake_currency", "USDT")
    scenario = SCENARIOS["calm_trend"]
    data = settled_in(quote, scenario_candles("calm_trend", days=14), tmp_path / "data")
    clock = VirtualClock(scenario.start + timedelta(days=14))
    with ReplayExchange(data, exchange=venue, now_ms=clock) as exchange:
        safe = {key: value for key, value in SAFE.items() if key != "order_types"}
        settings = {key: value for key, value in example.items() if key != "exchange"}
        file = write_bot(tmp_path / "bot", exchange, config={**safe, **settings})
        where = ["-c", str(file), "--userdir", str(file.parent), "--datadir", str(data)]
        code = main(["check", "--json", *where])
    found = json.loads(capsys.readouterr().out)
    assert found["dangers"] == []
    assert (code, found["verdict"]) == (0, "ok")
    rule = venue_of(venue)
    assert found["liquidation_rule"] == rule.statement
    # What the exchange leaves open is said all the same.
    named = [note for note in found["notes"] if "offers no market stops" in note]
    assert len(named) == (rule.stop_orders == ("limit",))
    for note in named:
        assert note.startswith(f"{rule.title} offers no market stops: the stop there is a limit")
        assert "3.0 % beyond the stop price" in note
