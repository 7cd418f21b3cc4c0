"""``riskguard scenario``: a made-up market as a data folder, for backtests of one's own."""

import argparse
from pathlib import Path

from rich.console import Console
from rich.text import Text

from freqtrade_riskguard.command_line import fail
from freqtrade_riskguard.replay.scenarios.library import SCENARIOS
from freqtrade_riskguard.replay.scenarios.store import write


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to those of ``riskguard``."""
    known = "\n".join(f"  {name}: {each.description}" for name, each in sorted(SCENARIOS.items()))
    parser = commands.add_parser(
        "scenario",
        help="write a generated market to disk, as a freqtrade data folder",
        epilog=f"scenarios:\n{known}\n\n"
        "example:\n  riskguard scenario flash_crash --output crash\n"
        "  riskguard replay --data crash\n\n"
        "exit codes: 0 written, 2 the folder cannot be written to",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", choices=sorted(SCENARIOS), metavar="NAME", help="see below")
    parser.add_argument(
        "--output",
        type=Path,
        required=True,
        metavar="DIR",
        help="a new or empty folder, so that real and generated candles are never mixed",
    )
    parser.set_defaults(run=lambda options: run(options.name, options.output))


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
    console.print(Text(f"{output} has {scenario.days} days of 5m and 1h candles of {pairs}."))
    console.print(
        Text(f"Backtest on it: riskguard replay --data {output}, then freqtrade --datadir {output}")
    )
    return 0
