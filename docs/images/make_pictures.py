"""Draws the pictures of the documentation from real backtests of generated markets.

Each is one file that a browser shows in the reader's scheme, light or dark.
``python -m docs.images.make_pictures`` in a clone of the project, with a Chromium of the system.
"""
# ruff: noqa: INP001 - a script beside what it draws, not part of the package

import json
import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pandas as pd
import plotly.graph_objects as go
from playwright.sync_api import sync_playwright
from plotly.offline import get_plotlyjs

from freqtrade_riskguard.replay.scenarios import SCENARIOS, write
from freqtrade_riskguard.risk import funding_intervals_hours, normalise_funding_rate_8h
from tests.support.freqtrade import Record, Run, backtest

FOLDER = Path(__file__).parent
SAMPLE, BTC = "RiskGuardSample", "BTC/USDT:USDT"
# Without Kelly, which has no evidence in the first 30 trades and keeps them all at 1x.
MODERATE: Mapping[str, Any] = {"profile": "moderate", "kelly": {"mode": "off"}}
SEATBELT: Mapping[str, Any] = {"profile": "seatbelt"}
BARE: Mapping[str, Any] = {"enabled": False}
WIDTH, HEIGHT = 860, 360
COLOURS = ("#3b6ea5", "#c8553d", "#588157", "#8e6c8a", "#d9a441", "#4a9c9c", "#7a7a7a", "#a3b18a")
GREY, RED, PRICE = "#9aa0a6", "#c8553d", "#444444"
# What becomes of each colour in the dark: plotly's paper, text and grid, and those above.
DARK: Mapping[str, str] = {
    "#ffffff": "#1e2129",
    "#2a3f5f": "#d5dae3",
    "#ebf0f8": "#3a404d",
    "#3b6ea5": "#79a9dc",
    RED: "#ec8b74",
    "#588157": "#8dbb8b",
    "#8e6c8a": "#c7a3c2",
    "#4a9c9c": "#6cc0c0",
    "#7a7a7a": "#b5b5b5",
    PRICE: "#d5dae3",
}
START = 10_000.0


def main() -> None:
    """Run the backtests and write the pictures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        crash, squeeze = (_market(folder, each) for each in ("flash_crash", "funding_squeeze"))
        moderate = _run(folder / "moderate", crash, MODERATE)
        seatbelt = _run(folder / "seatbelt", crash, SEATBELT)
        bare = _run(folder / "bare", crash, BARE)
        squeezed = _run(folder / "squeezed", squeeze, MODERATE)
        pictures = {
            "leverage": _leverage(moderate),
            "stake": _stake(moderate),
            "entry": _entry(squeezed, squeeze),
            "stop": _stop(moderate, bare, crash),
            "exits": _exits(moderate, bare),
            "pauses": _pauses(seatbelt),
        }
        for picture, svg in zip(pictures, _drawn(pictures.values()), strict=True):
            (FOLDER / f"{picture}.svg").write_text(_in_both_schemes(svg), encoding="utf-8")


def _market(folder: Path, name: str) -> Path:
    return write(replace(SCENARIOS[name]), folder / name)


def _run(folder: Path, data: Path, riskguard: Mapping[str, Any]) -> Run:
    # Beyond liquidation, so that the bare runs show what a strategy without a stop goes through.
    reckless = {"stoploss": -0.99}
    return backtest(folder, data, SAMPLE, riskguard=riskguard, config=reckless).succeeded()


def _figure(y_title: str) -> go.Figure:
    found = go.Figure()
    found.update_layout(
        template="plotly_white",
        width=WIDTH,
        height=HEIGHT,
        margin={"l": 62, "r": 14, "t": 14, "b": 36},
        font={"family": "Helvetica, Arial, sans-serif", "size": 13},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        yaxis_title=y_title,
    )
    return found


def _add_by_rule(found: go.Figure, decisions: list[Record], figure: str) -> None:
    rules = dict.fromkeys(decision["rule"] for decision in decisions)
    for rule, colour in zip(rules, COLOURS, strict=False):
        own = [decision for decision in decisions if decision["rule"] == rule]
        found.add_scatter(
            x=[decision["time"] for decision in own],
            y=[decision[figure] for decision in own],
            mode="markers",
            name=rule,
            marker={"color": colour, "size": 7},
        )


def _entries(run: Run, question: str) -> list[Record]:
    """Return the last decision on each entry that was made, with what was asked at first."""
    opened = {(trade["pair"], _time(trade["open_date"])) for trade in run.trades}
    found: dict[tuple[str, str], Record] = {}
    for decision in run.decisions(question):
        if (decision["pair"], _time(decision["time"])) in opened:
            key = decision["pair"], decision["time"]
            found[key] = {**decision, "asked": found.get(key, decision)["asked"]}
    return list(found.values())


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _leverage(run: Run) -> go.Figure:
    found = _figure("leverage")
    decisions = _entries(run, "leverage")
    times = [decision["time"] for decision in decisions]
    found.add_scatter(
        x=[min(times), max(times)],
        y=[10, 10],
        mode="lines",
        name="asked",
        line={"color": GREY, "dash": "dot"},
    )
    _add_by_rule(found, decisions, "answered")
    found.update_yaxes(rangemode="tozero", ticksuffix="x")
    return found


def _stake(run: Run) -> go.Figure:
    found = _figure("stake, USDT")
    decisions = [each for each in _entries(run, "stake") if each["answered"] > 0]
    found.add_scatter(
        x=[decision["time"] for decision in decisions],
        y=[decision["asked"] for decision in decisions],
        mode="markers",
        name="asked",
        marker={"color": GREY, "symbol": "line-ew-open", "size": 8},
    )
    _add_by_rule(found, decisions, "answered")
    found.update_yaxes(rangemode="tozero")
    return found


def _entry(run: Run, data: Path) -> go.Figure:
    found = _figure("funding that longs pay, % per 8 hours")
    rates = _candles(data, "1h-funding_rate")
    settled_at = rates["date"].dt.as_unit("s").astype("int64").to_numpy()
    hours = funding_intervals_hours(settled_at)
    found.add_scatter(
        x=rates["date"].dt.strftime("%Y-%m-%d %H:%M"),
        y=(100 * normalise_funding_rate_8h(rates["open"].to_numpy(), hours)).round(5),
        name="funding",
        line={"color": COLOURS[0], "shape": "hv"},
    )
    found.add_hline(y=0.1, line={"color": RED, "dash": "dot"}, annotation_text="limit 0.1 %")
    refused = sorted(
        {
            decision["time"][:13]
            for decision in run.decisions("entry")
            if (decision["rule"], decision["pair"]) == ("funding_gate", BTC)
            and decision["side"] == "long"
        }
    )
    entered = [
        trade["open_date"] for trade in run.trades if trade["pair"] == BTC and not trade["is_short"]
    ]
    for name, times, colour, symbol in (
        ("long entered", entered, COLOURS[2], "triangle-up"),
        ("long refused", refused, RED, "x"),
    ):
        found.add_scatter(
            x=[time.replace("T", " ") for time in times],
            y=[-0.03] * len(times),
            mode="markers",
            name=name,
            marker={"color": colour, "symbol": symbol, "size": 8},
        )
    return found


def _stop(guarded: Run, bare: Run, data: Path) -> go.Figure:
    """Draw the worst trade of the bare run, and the guarded one that was open then."""
    worst = min(
        (trade for trade in bare.trades if trade["pair"] == BTC), key=lambda t: t["profit_ratio"]
    )
    own = max(
        (
            trade
            for trade in guarded.trades
            if trade["pair"] == BTC and _time(trade["open_date"]) <= _time(worst["close_date"])
        ),
        key=lambda trade: trade["open_date"],
    )
    candles = _candles(data, "5m-futures")
    first = min(_time(worst["open_date"]), _time(own["open_date"])) - pd.Timedelta(hours=2)
    last = max(_time(worst["close_date"]), _time(own["close_date"])) + pd.Timedelta(hours=2)
    candles = candles[(candles["date"] >= first) & (candles["date"] <= last)]
    found = _figure("BTC, USDT")
    found.add_scatter(
        x=candles["date"].dt.strftime("%Y-%m-%d %H:%M"),
        y=candles["close"],
        name="price",
        line={"color": PRICE, "width": 1.5},
    )
    liquidation = worst["open_rate"] * (1 - 0.9 / worst["leverage"])
    for name, price, trade, colour in (
        ("stop (2 ATR)", own["stop_loss_abs"], own, COLOURS[2]),
        (f"liquidation, bare at {worst['leverage']:g}x (about)", liquidation, worst, RED),
    ):
        found.add_scatter(
            x=[_short(trade["open_date"]), _short(last.isoformat())],
            y=[price, price],
            mode="lines",
            name=name,
            line={"color": colour, "dash": "dash"},
        )
    for name, trade, colour in (("guarded", own, COLOURS[2]), ("bare", worst, RED)):
        found.add_scatter(
            x=[_short(trade["open_date"]), _short(trade["close_date"])],
            y=[trade["open_rate"], trade["close_rate"]],
            mode="markers",
            name=f"{name}: in and out",
            marker={"color": colour, "size": 10, "symbol": ["triangle-up", "x"]},
        )
    return found


def _short(time: str) -> str:
    return time[:16].replace("T", " ")


def _equity(run: Run) -> tuple[list[str], list[float]]:
    """Return the account after each closed trade."""
    trades = sorted(run.trades, key=lambda trade: str(trade["close_date"]))
    times, balances, balance = [_short(trades[0]["open_date"])], [START], START
    for trade in trades:
        balance += trade["profit_abs"]
        times.append(_short(trade["close_date"]))
        balances.append(round(balance, 1))
    return times, balances


def _exits(guarded: Run, bare: Run) -> go.Figure:
    found = _figure("account, USDT (closed trades)")
    for name, run, colour in (("bare at 10x", bare, GREY), ("moderate", guarded, COLOURS[0])):
        times, balances = _equity(run)
        found.add_scatter(x=times, y=balances, name=name, line={"color": colour, "shape": "hv"})
    cuts = {}
    for decision in guarded.decisions("cut"):
        cuts.setdefault(decision["time"], decision)
    times, balances = _equity(guarded)
    for time in cuts:
        after = [money for moment, money in zip(times, balances, strict=True) if moment <= time]
        cuts[time] = after[-1]
    found.add_scatter(
        x=[_short(time) for time in cuts],
        y=list(cuts.values()),
        mode="markers",
        name="drawdown_ladder cuts",
        marker={"color": RED, "size": 9, "symbol": "triangle-down"},
    )
    found.update_yaxes(rangemode="tozero")
    return found


def _pauses(run: Run) -> go.Figure:
    found = _figure("account, USDT (closed trades)")
    times, balances = _equity(run)
    found.add_scatter(
        x=times, y=balances, name="seatbelt", line={"color": COLOURS[0], "shape": "hv"}
    )
    named: set[str] = set()
    end = _short(max(str(trade["close_date"]) for trade in run.trades))
    for decision in run.decisions("lock"):
        rule = decision["rule"]
        colour = COLOURS[1 + sorted({each["rule"] for each in run.decisions("lock")}).index(rule)]
        until = min(_short(decision["until"]), "2024-01-31 00:00")
        found.add_vrect(
            x0=_short(decision["time"]), x1=until, fillcolor=colour, opacity=0.25, line_width=0
        )
        if rule not in named:
            named.add(rule)
            found.add_scatter(
                x=[end],
                y=[None],
                mode="markers",
                name=rule,
                marker={"color": colour, "symbol": "square", "size": 11, "opacity": 0.5},
            )
    return found


def _candles(data: Path, kind: str) -> pd.DataFrame:
    return pd.read_feather(data / "futures" / f"BTC_USDT_USDT-{kind}.feather")


def _drawn(figures: Iterable[go.Figure]) -> Iterable[str]:
    """Yield the figures as SVG."""
    browser_path = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        page = browser.new_page()
        page.set_content(f"<div id='at'></div><script>{get_plotlyjs()}</script>")
        for figure in figures:
            url = page.evaluate(
                "async figure => Plotly.toImage(await Plotly.newPlot('at', figure), "
                f"{{format: 'svg', width: {WIDTH}, height: {HEIGHT}}})",
                json.loads(figure.to_json()),
            )
            yield _in_any_font(unquote(url.split(",", 1)[1]))
        browser.close()


def _in_any_font(svg: str) -> str:
    """Return a picture whose legend keeps its width, whichever font its reader has."""

    def fitted(found: re.Match[str]) -> str:
        # Plotly leaves 40 for the symbol, and 2 behind the text.
        width = float(found["width"]) - 42
        fit = f' textLength="{width:g}" lengthAdjust="spacingAndGlyphs"'
        return f"{found['text']}{fit}{found['rest']}"

    toggle = r'class="legendtoggle".*?width="(?P<width>[\d.]+)"'
    item = rf'(?P<text><text class="legendtext")(?P<rest>.*?{toggle})'
    svg = re.sub(item, fitted, svg, flags=re.DOTALL)
    return re.sub(r' clip-path="url\(#legend[^)]*\)"', "", svg)


def _in_both_schemes(svg: str) -> str:
    """Return a picture whose colours follow ``prefers-color-scheme``."""
    for number, light in enumerate(DARK):
        red, green, blue = (int(light[at : at + 2], 16) for at in (1, 3, 5))
        svg = svg.replace(f"rgb({red}, {green}, {blue})", f"var(--c{number})")
    light_, dark = (
        "".join(f"--c{number}:{colour};" for number, colour in enumerate(colours))
        for colours in (DARK, DARK.values())
    )
    style = f"svg{{{light_}}}@media (prefers-color-scheme:dark){{svg{{{dark}}}}}"
    return re.sub("(<svg[^>]*>)", rf"\1<style>{style}</style>", svg, count=1)


if __name__ == "__main__":
    main()
