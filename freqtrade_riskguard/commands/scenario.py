"""``riskguard scenario``: a made-up market as a data folder, for backtests of one's own."""

from pathlib import Path

from rich.console import Console
from rich.text import Text

from freqtrade_riskguard.commands.exit_codes import fail
from freqtrade_riskguard.replay.scenarios.library import SCENARIOS
from freqtrade_riskguard.replay.scenarios.store import write


def run(name: str, output: Path) -> int:
    """Write a scenario to a folder, and say how to use it.

    Parameters
    ----------
    name : str
        One of :data:`freqtrade_riskguard.replay.scenarios.SCENARIOS`.
    output : Path
        New or empty.

    Returns
    -------
    int
        Exit code: 0, or 2 where the folder cannot be written to.
    """
    scenario = SCENARIOS[name]
    try:
        if output.is_dir() and any(output.iterdir()):
            return fail("scenario", f"{output} is not empty: give --output a new or empty folder")
        with Console(stderr=True).status(f"Generating {scenario.name}"):
            write(scenario, output)
    except OSError as error:
        reason = error.strerror or error
        return fail("scenario", f"{output} cannot be written to ({reason}): give another --output")
    console = Console()
    pairs = ", ".join(model.pair for model in scenario.pairs)
    console.print(Text(f"{scenario.name}: {scenario.description}"))
    console.print(
        Text(
            f"{output} has {scenario.days} days of 5m and 1h candles of {pairs}, from "
            f"{scenario.start:%Y-%m-%d} on."
        )
    )
    if scenario.event_time is not None:
        console.print(Text(f"The crash begins on {scenario.event_time:%Y-%m-%d at %H:%M} UTC."))
    console.print(
        Text(f"Backtest on it: riskguard replay --data {output}, then freqtrade --datadir {output}")
    )
    return 0
