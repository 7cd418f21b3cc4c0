"""A bot's folder for the commands that look at a bot which does not run."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from freqtrade_riskguard.replay import ReplayExchange
from tests.support.freqtrade import MODERATE, SAMPLE, futures_config, strategy_files

# What a bot needs to be set up safely: without it `check` finds dangers.
SAFE: Mapping[str, Any] = {
    "initial_state": "running",
    "stoploss": -0.5,
    "unfilledtimeout": {"entry": 10, "exit": 10, "unit": "minutes"},
    "order_types": {
        "entry": "limit",
        "exit": "limit",
        "emergency_exit": "market",
        "force_exit": "market",
        "stoploss": "market",
        "stoploss_on_exchange": True,
        "stoploss_price_type": "mark",
    },
}


def write_bot(
    folder: Path,
    exchange: ReplayExchange,
    *stems: str,
    riskguard: Mapping[str, Any] | None = MODERATE,
    config: Mapping[str, Any] | None = None,
    without: tuple[str, ...] = (),
) -> Path:
    """Write a user directory with the sample strategy and others; return its configuration file.

    Parameters
    ----------
    stems
        Files of ``tests/support/strategies``.
    config
        Laid on top of a futures bot on all pairs of the exchange.
    without
        Keys of the configuration that are left out.
    """
    (folder / "strategies").mkdir(parents=True)
    files = {SAMPLE.name: SAMPLE.read_text(encoding="utf-8"), **strategy_files(*stems)}
    for name, source in files.items():
        (folder / "strategies" / name).write_text(source, encoding="utf-8")
    settings = {
        **futures_config(exchange),
        "strategy": "RiskGuardSample",
        "db_url": f"sqlite:///{folder / 'bot.sqlite'}",
        **(config or {}),
    }
    if riskguard is not None:
        settings["riskguard"] = riskguard
    file = folder / "config.json"
    kept = {key: value for key, value in settings.items() if key not in without}
    file.write_text(json.dumps(kept), encoding="utf-8")
    return file
