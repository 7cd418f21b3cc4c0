"""What ``riskguard calibrate`` answers in markets that its owner could have met.

``python -m tests.support.calibrated_crises``, in the project's folder, calibrates in all of them,
prints the answers and writes their figures into ``docs/calibrate.md``. It takes half an hour, and
needs the real candles beside the project; ``feb-2025/TrendEarner`` behind it does one alone.
"""

import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from pathlib import Path

from rich.console import Console

from freqtrade_riskguard.adapters.preview.errors import collected_log
from freqtrade_riskguard.calibration.answer import Answer, answer_table
from freqtrade_riskguard.commands.arguments.parser import parse
from freqtrade_riskguard.commands.calibration_run import Calibration
from freqtrade_riskguard.commands.console import working
from freqtrade_riskguard.formatting import percent
from freqtrade_riskguard.replay import ReplayExchange
from freqtrade_riskguard.replay.scenarios import write
from tests.support.freqtrade import MODERATE
from tests.support.offline import SAFE, write_bot
from tests.support.proof import lasting_trend, write_rows

BUDGET, TRIALS = 0.15, 8
SHOWN_ON = Path("docs/calibrate.md")
_GUARDED = """
from {module} import {name}
from freqtrade_riskguard import RiskGuard


class Guarded{name}(RiskGuard, {name}):
    pass
"""


@dataclass(frozen=True, slots=True)
class Market:
    """A strategy on candles.

    Attributes
    ----------
    title : str
        What the documents call it.
    bare : str
        The same for the strategy without the guard, as it asks for leverage.
    """

    title: str
    module: str
    timeframe: str
    bare: str = "bare at 5x"


_FTX, _TARIFFS = "FTX, Sep to Dec 2022, 15m", "Tariffs, 28 Jan to 24 Feb 2025, 5m"
# By candles and strategy.
MARKETS: Mapping[tuple[str, str], Market] = {
    ("trend", "TrendEarner"): Market("Follows a trend: generated, 5m", "earning", "5m"),
    ("ftx-2022", "TrendEarner"): Market(f"Follows a trend: {_FTX}", "earning", "15m"),
    ("feb-2025", "TrendEarner"): Market(f"Follows a trend: {_TARIFFS}", "earning", "5m"),
    ("ftx-2022", "FallShorter"): Market(f"Shorts falls: {_FTX}", "earning", "15m"),
    ("feb-2025", "FallShorter"): Market(f"Shorts falls: {_TARIFFS}", "earning", "5m"),
    ("ftx-2022", "Reckless"): Market(f"Reckless: {_FTX}", "reckless", "15m", "bare at 10x"),
    ("feb-2025", "Reckless"): Market(f"Reckless: {_TARIFFS}", "reckless", "5m", "bare at 10x"),
}


def calibrated(folder: Path, data: Path, strategy: str, market: Market) -> Answer:
    """Return the answer of one calibration."""
    with ReplayExchange(data) as exchange, collected_log() as log, working() as wait:
        bot = write_bot(
            folder / "bot",
            exchange,
            market.module,
            riskguard=MODERATE,
            config={
                **SAFE,
                "strategy": f"Guarded{strategy}",
                "timeframe": market.timeframe,
                "fee": 0.0005,
            },
            # The strategy's own.
            without=("stoploss",),
        )
        source = _GUARDED.format(module=market.module, name=strategy)
        (bot.parent / "strategies" / "guarded.py").write_text(source, encoding="utf-8")
        place = ("-c", str(bot), "--userdir", str(bot.parent), "--datadir", str(data))
        search = ("--max-drawdown", str(BUDGET), "--trials", str(TRIALS))
        answer = Calibration(parse(["calibrate", *place, *search]), log, wait).run()
        assert answer is not None
        return answer


def documented_rows(answer: Answer, market: Market) -> dict[str, list[str]]:
    """Return the rows of a market in the documents: all out of sample."""
    found = {
        "calibrated": (answer.out_of_sample_profit_ratio, answer.out_of_sample_drawdown_ratio),
    }
    for name, run in (
        ("`moderate` as it is", answer.profile),
        ("bare at 1x", answer.bare_at_1x),
        (market.bare, answer.bare),
    ):
        found[name] = run.profit_ratio, run.marked_drawdown_ratio
    rows = {
        name: [percent(profit), percent(-drawdown), f"{_ratio(profit, drawdown):.1f}"]
        for name, (profit, drawdown) in found.items()
    }
    said = " ".join(answer.objections) or "Settings are recommended."
    return {**rows, "the answer": [said, "", ""]}


def _ratio(profit: float, drawdown: float) -> float:
    return profit / drawdown if drawdown > 0.0 else inf


def main() -> None:
    """Calibrate in all markets, or in those that are named."""
    console = Console(width=120)
    shared = Path(__file__).parents[3] / "shared" / "data"
    for (window, strategy), market in MARKETS.items():
        if sys.argv[1:] and f"{window}/{strategy}" not in sys.argv[1:]:
            continue
        with tempfile.TemporaryDirectory(prefix="riskguard-calibrated-") as folder:
            work = Path(folder)
            data = write(lasting_trend(), work / "data") if window == "trend" else shared / window
            answer = calibrated(work, data, strategy, market)
        console.print(answer_table(market.title, answer))
        rows = documented_rows(answer, market)
        console.print(rows["the answer"][0], highlight=False)
        write_rows(SHOWN_ON, market.title, rows)


if __name__ == "__main__":
    main()
