"""The state of a running bot's guard, from the bot's database and configuration."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from freqtrade.persistence.models import PairLock

from freqtrade_riskguard.adapters.persistence.pair_locks import guards_locks
from freqtrade_riskguard.adapters.persistence.state_store import DatabaseStore
from freqtrade_riskguard.adapters.preview.bot import PreviewBot, open_bot
from freqtrade_riskguard.adapters.preview.bot_config import Request, read_configuration
from freqtrade_riskguard.adapters.preview.errors import LogCollector, PreviewError
from freqtrade_riskguard.adapters.preview.guard_database import require_guard
from freqtrade_riskguard.adapters.preview.pair_selection import PreviewOptions
from freqtrade_riskguard.engine.lock_origins import lock_origin
from freqtrade_riskguard.status.builder import GuardFacts, guard_status
from freqtrade_riskguard.status.journal_tail import last_decisions
from freqtrade_riskguard.status.locks import lock_status
from freqtrade_riskguard.status.model import (
    BotIdentity,
    DecisionStatus,
    ExchangeStatus,
    GuardStatus,
    LockStatus,
)

_UNMATCHED = "unmatched"


def read_guard_status(
    request: Request, log: LogCollector, tell: Callable[[str], None]
) -> GuardStatus:
    """Value a bot's account as its guard would in its next loop, on a copy of its database.

    Prices come from the exchange, which is asked nothing that needs a key.

    Raises
    ------
    PreviewError
        Where the database cannot be read, or the account cannot be valued.
    """
    found = read_configuration(request)
    # Before anything that takes time.
    require_guard(found.config)
    journal = found.settings.journal_file
    decisions = last_decisions(None if journal is None else Path(journal))
    # Its base is in the database: no balance has to be asked for.
    found = replace(found, keys={}, counts_balance=False)
    with open_bot(found, PreviewOptions(held_only=True), log, tell) as bot:
        if not bot.active:
            raise PreviewError(
                f"{bot.strategy_name} has no guard that watches: RiskGuard is not among its bases, "
                "or it is switched off"
            )
        now = datetime.now(UTC)
        # Before the account is valued: that may lock, in the copy.
        locks = tuple(map(_lock, guards_locks(now)))
        exchange = _exchange(is_live=found.is_live)
        tell(f"Asking {bot.exchange_name} for prices")
        account = bot.value_account(now)
        return guard_status(
            GuardFacts(
                bot=_identity(bot),
                account=account,
                settings=bot.settings,
                book=bot.book,
                locks=locks,
                exchange=exchange,
                decisions=None if decisions is None else _shown(decisions, log),
                journal_file=None if journal is None else str(journal),
            )
        )


def _identity(bot: PreviewBot) -> BotIdentity:
    config = bot.found.config
    mode: Literal["isolated", "cross"] = "cross" if bot.margin_mode == "cross" else "isolated"
    return BotIdentity(
        name=str(config.get("bot_name", "freqtrade")),
        strategy=bot.strategy_name,
        exchange=bot.exchange_name,
        currency=str(config["stake_currency"]),
        margin_mode=mode,
        trading="live" if bot.found.is_live else "dry-run",
    )


def _lock(lock: PairLock) -> LockStatus:
    return lock_status(
        number=lock.id,
        pair=lock.pair,
        side=lock.side,
        until=lock.lock_end_time_utc,
        reason=str(lock.reason or ""),
        rule=lock_origin(lock.reason),
    )


def _exchange(*, is_live: bool) -> ExchangeStatus:
    """Return what the guard has last found, as far as it has kept it."""
    if not is_live:
        return ExchangeStatus(state="not compared", text="a dry run has nothing on the exchange")
    kept = DatabaseStore().get(_UNMATCHED)
    if kept == "yes":
        return ExchangeStatus(
            state="differs",
            text="positions and trades do not match, and the figures are of the trades alone: "
            "compare them with the exchange",
        )
    if kept == "no":
        return ExchangeStatus(state="agrees", text="they agree again since the guard's last look")
    return ExchangeStatus(
        state="nothing noted", text="the guard has never noted in this database that they differ"
    )


def _shown(decisions: tuple[DecisionStatus, ...], log: LogCollector) -> tuple[DecisionStatus, ...]:
    return tuple(made.model_copy(update={"reason": log.shown(made.reason)}) for made in decisions)
