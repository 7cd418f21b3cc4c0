"""Sights, states and settings as a test wants them."""

import json
import stat
import threading
from pathlib import Path
from typing import Any

from freqtrade_riskguard.rest_api.bot_status import BotStatus, OpenTrade
from freqtrade_riskguard.risk import start_equity, update_equity
from freqtrade_riskguard.watch.guardian import Guardian
from freqtrade_riskguard.watch.notifications import Notifier
from freqtrade_riskguard.watch.settings_loader import PASSWORD, USERNAME, load_settings
from freqtrade_riskguard.watch.state import BotState
from freqtrade_riskguard.watch.state_file import StateFile
from tests.support import bot_api

DAY = 20_122  # 3 February 2025
NOON = DAY * 86_400.0 + 43_200.0
ENVIRONMENT = {USERNAME: bot_api.USERNAME, PASSWORD: bot_api.PASSWORD}
STARTUP = 1_738_570_000


def status(**changes: Any) -> BotStatus:
    """A running bot with 10,000 USDT and no trade."""
    values: dict[str, Any] = {
        "state": "running",
        "dry_run": False,
        "exchange": "binance",
        "currency": "USDT",
        "available_capital": None,
        "starting_capital_quote": 10_000.0,
        "realised_quote": 0.0,
        "open_profit_quote": 0.0,
        "trades": (),
        "database_start": 1_700_000_000,
        "startup": STARTUP,
        "last_loop": 1_738_576_800,
    }
    return BotStatus(**values | changes)


def trade(trade_id: int = 1, coin: str = "BTC", notional_quote: float = 1000.0) -> OpenTrade:
    """An open trade at a price of 100."""
    return OpenTrade(
        trade_id=trade_id,
        pair=f"{coin}/USDT:USDT",
        base_currency=coin,
        amount=notional_quote / 100.0,
        stake_amount=notional_quote / 5.0,
        realized_profit=0.0,
        current_rate=100.0,
        profit_abs=0.0,
        is_short=False,
        orders=(),
    )


def bot_state(*equities_quote: float, **changes: Any) -> BotState:
    """A bot whose equity went through these, at noon."""
    first, *others = equities_quote or (10_000.0,)
    track = start_equity(NOON, first)
    for equity_quote in others:
        track = update_equity(track, NOON, equity_quote)
    values: dict[str, Any] = {
        "currency": "USDT",
        "base_quote": first,
        "track": track,
        "notional_quote": {},
        "database_start": 1_700_000_000,
        "startup": STARTUP,
    }
    return BotState(**values | changes)


class Watch:
    """A guardian with settings for tests: no pauses, and its events in a list."""

    def __init__(self, folder: Path, raw: dict[str, Any], now: float = NOON) -> None:
        self.raw = {"state_file": str(folder / "state.json"), **raw}
        self.now = now
        self.told: list[str] = []
        self.stop = threading.Event()
        self.guardian = self.begin()

    def begin(self) -> Guardian:
        """Start the guardian, again where it was there before."""
        settings, bots = load_settings(self.raw, ENVIRONMENT)
        file = StateFile(Path(settings.state_file))
        self.guardian = Guardian(
            settings, bots, file, _Listener(self.told), self.stop, now=lambda: self.now
        )
        return self.guardian

    def poll(self) -> list[str]:
        """Poll once and return what was told."""
        self.told.clear()
        self.guardian.poll()
        return list(self.told)


class _Listener(Notifier):
    def __init__(self, told: list[str]) -> None:
        super().__init__(None)
        self._told = told

    def notify(self, event: Any) -> None:
        super().notify(event)
        self._told.append(str(event))


def settings_file(folder: Path, content: object, mode: int = stat.S_IRUSR | stat.S_IWUSR) -> Path:
    """Write a settings file."""
    path = folder / "watch.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    path.chmod(mode)
    return path
