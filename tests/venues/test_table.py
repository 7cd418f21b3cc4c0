"""The table of venues, against freqtrade's own description of each exchange."""

from __future__ import annotations

import re
from pathlib import Path

import freqtrade.exchange
import pytest
from freqtrade.enums import TradingMode
from freqtrade.exchange.common import SUPPORTED_EXCHANGES

from freqtrade_riskguard.venues import UNKNOWN, VENUES, venue_of

NAMES = [venue.name for venue in VENUES]
_MARK_FIRST = ("mark", "last", "index")


def exchange_class(name: str):
    return getattr(freqtrade.exchange, name.capitalize())


def option(name: str, key: str, default=None):
    own = exchange_class(name)
    everyones = freqtrade.exchange.Exchange
    layers = (everyones._ft_has_default, own._ft_has, own._ft_has_futures)
    found = default
    for layer in layers:
        found = layer.get(key, found)
    return found


@pytest.mark.parametrize("venue", VENUES, ids=NAMES)
def test_stops_are_those_that_freqtrade_places(venue):
    assert option(venue.name, "stoploss_on_exchange")
    assert venue.stop_orders == tuple(sorted(option(venue.name, "stoploss_order_types")))
    offered = option(venue.name, "stop_price_type_value_mapping", {})
    chosen = offered if option(venue.name, "stop_price_type_field") else {}
    assert venue.stop_prices == tuple(sorted(price.value for price in chosen))


@pytest.mark.parametrize("venue", VENUES, ids=NAMES)
def test_margin_modes_are_those_that_freqtrade_trades(venue):
    pairs = exchange_class(venue.name)._supported_trading_mode_margin_pairs
    modes = sorted(mode.value for trading, mode in pairs if trading == TradingMode.FUTURES)
    assert venue.margin_modes == tuple(modes)


@pytest.mark.parametrize("venue", VENUES, ids=NAMES)
def test_leverage_is_whole_where_freqtrade_makes_it_so(venue):
    # Hyperliquid's is made whole as it is set, the others' by this option.
    whole = bool(option(venue.name, "floor_leverage")) or venue.name == "hyperliquid"
    assert venue.leverage_step == (1.0 if whole else 0.1)


@pytest.mark.parametrize("venue", VENUES, ids=NAMES)
def test_tiers_are_there_where_the_rule_needs_them(venue):
    assert (venue.maintenance == "market") == (not option(venue.name, "uses_leverage_tiers", True))


@pytest.mark.parametrize("venue", VENUES, ids=NAMES)
def test_each_row_names_its_source(venue):
    assert venue.sources
    assert all(len(source) > 20 for source in venue.sources)
    assert venue.trigger_price == "mark"
    assert venue.statement == (
        f"{venue.title}: liquidation by the mark price; maintenance margin: {venue.words} "
        f"(source: {venue.source})"
    )


def test_every_exchange_that_freqtrade_trades_futures_on_has_a_row():
    for name in SUPPORTED_EXCHANGES:
        own = getattr(freqtrade.exchange, name.capitalize(), None)
        pairs = getattr(own, "_supported_trading_mode_margin_pairs", [])
        if any(trading == TradingMode.FUTURES for trading, _ in pairs):
            assert venue_of(name).is_known, name


def test_names_are_found_as_people_write_them():
    assert venue_of(" Binance ").name == "binance"
    assert venue_of("gateio").name == "gate"
    assert venue_of("nowhere") is UNKNOWN
    assert venue_of("") is UNKNOWN
    assert not UNKNOWN.is_known
    # What is not known is not set in tenths.
    assert UNKNOWN.leverage_step == 1.0


DOCUMENT = (Path(__file__).parents[2] / "docs" / "venues.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("venue", VENUES, ids=NAMES)
def test_each_row_has_its_section_and_its_line(venue):
    assert f"## {venue.title}\n" in DOCUMENT
    section = DOCUMENT.partition(f"## {venue.title}\n")[2].partition("\n## ")[0]
    assert f'"exchange": {{"name": "{venue.name}"}}' in section
    (line,) = [row for row in DOCUMENT.splitlines() if row.startswith(f"| [{venue.title}](")]
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    assert cells[2] == ("whole" if venue.leverage_step == 1.0 else "0.1")
    assert ("market" in cells[3]) == ("market" in venue.stop_orders)
    assert cells[4] == (", ".join(sorted(venue.stop_prices, key=_MARK_FIRST.index)) or "no choice")
    assert cells[6] == ", ".join(map(str, venue.funding_hours))
    # The first word of a source is its author: what is cited is named in the section.
    title = re.split("[:,;]", venue.source.partition(": ")[2])[0]
    assert title in section
