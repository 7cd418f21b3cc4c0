"""What a bot's settings leave open, said when it starts: orders that may not be there or not fill.

The guard is only as good as the orders that carry it out. Each check returns one line (what is set,
what can happen, what to set instead), or None.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import ceil
from typing import Any

from freqtrade.enums import MarginMode, PriceType
from freqtrade.strategy import IStrategy

from freqtrade_riskguard.adapters.account.trades import closed_profit_quote, open_trades
from freqtrade_riskguard.adapters.account.wallet import wallet_quote
from freqtrade_riskguard.adapters.market.contracts import exchange_of, venue_of_bot
from freqtrade_riskguard.adapters.run_mode import is_running_bot, trades_real_money
from freqtrade_riskguard.adapters.startup.checks import refuse
from freqtrade_riskguard.adapters.startup.margin_top_up import unusable_top_up
from freqtrade_riskguard.adapters.startup.open_profit import open_profit_problem
from freqtrade_riskguard.adapters.startup.whitelist_liquidations import liquidations
from freqtrade_riskguard.config import RiskGuardConfig
from freqtrade_riskguard.config.loading import for_pair
from freqtrade_riskguard.engine.guard import Guard
from freqtrade_riskguard.formatting import money, percent, side_text

logger = logging.getLogger(__name__)

_PORTFOLIO_RULES = ("portfolio_volatility", "margin_utilisation", "stress_survival")
# freqtrade's own defaults, where a strategy does not say.
_INTERVAL_SECONDS = 60
_LIMIT_RATIO = 0.99
# Fees and funding of open trades are paid already; that is no missing capital.
_CAPITAL_TOLERANCE = 0.01


@dataclass(frozen=True, kw_only=True)
class StopOrders:
    """What stop orders a bot places, and what its exchange offers."""

    strategy: IStrategy

    @property
    def orders(self) -> dict[str, Any]:
        """Its ``order_types``."""
        return self.strategy.order_types

    @property
    def stops_on_exchange(self) -> bool:
        """Whether they stand on the exchange."""
        return bool(self.orders.get("stoploss_on_exchange"))

    @property
    def limit_ratio(self) -> float:
        """A limit stop's price / the price that triggers it."""
        return float(self.orders.get("stoploss_on_exchange_limit_ratio", _LIMIT_RATIO))

    @property
    def exchange_name(self) -> str:
        """The exchange's name."""
        return str(exchange_of(self.strategy).name)

    @property
    def offered_stops(self) -> tuple[str, ...]:
        """The kinds of stops that freqtrade can place there: of limit and market."""
        ask = exchange_of(self.strategy).get_option
        return tuple(ask("stoploss_order_types", {})) if ask("stoploss_on_exchange") else ()

    @property
    def offers_mark(self) -> bool:
        """Whether freqtrade can let the mark price trigger a stop there."""
        ask = exchange_of(self.strategy).get_option
        prices = ask("stop_price_type_value_mapping", {})
        return ask("stop_price_type_field") is not None and PriceType.MARK in prices


@dataclass(frozen=True, kw_only=True)
class _Setup(StopOrders):
    """The subject of the checks: the bot, and what its exchange offers."""

    settings: RiskGuardConfig
    guard: Guard


_Check = Callable[[_Setup], str | None]


def check_safety(settings: RiskGuardConfig, strategy: IStrategy, guard: Guard) -> None:
    """Warn of what a running bot's settings leave open; with ``strict``, stop freqtrade instead.

    Silent in backtests and hyperopt. What an exchange does not offer is not held against the bot:
    the log only says what remains.
    """
    if not is_running_bot(strategy.config):
        return
    limitations, found = safety_lines(settings, strategy, guard)
    for line in limitations:
        logger.info("RiskGuard: %s", line)
    if found and settings.strict:
        numbered = "\n".join(f"  {number}. {line}" for number, line in enumerate(found, start=1))
        refuse(f"riskguard.strict is true, and this bot is not set up safely:\n{numbered}")
    for line in found:
        logger.warning("RiskGuard: %s", line)


def safety_lines(
    settings: RiskGuardConfig, strategy: IStrategy, guard: Guard
) -> tuple[list[str], list[str]]:
    """Return what the exchange does not offer, and what the settings leave open, a line each."""
    setup = _Setup(settings=settings, strategy=strategy, guard=guard)
    return list(_lines(_LIMITATIONS, setup)), list(_lines(_CHECKS, setup))


def _lines(checks: tuple[_Check, ...], setup: _Setup) -> Iterator[str]:
    for check in checks:
        try:
            line = check(setup)
        except Exception:
            # No reason not to trade, but what was not looked at is not safe either.
            name = check.__name__.strip("_")
            logger.exception("RiskGuard: the startup check %s failed", name)
            line = f"the startup check {name} failed, see the log: these settings were not checked."
        if line is not None:
            yield line


def _unknown_venue(setup: _Setup) -> str | None:
    venue = venue_of_bot(setup.strategy)
    if venue.is_known:
        return None
    return (
        f"{setup.exchange_name} is {venue.title}: liquidation prices are computed by "
        f"{venue.words}. Compare them with those that the exchange shows."
    )


def _no_stop_on_exchange(setup: _Setup) -> str | None:
    # A dry-run's stops are never on the exchange.
    live = trades_real_money(setup.strategy.config)
    if not live or setup.stops_on_exchange or not setup.offered_stops:
        return None
    market = ", order_types.stoploss to 'market'" if "market" in setup.offered_stops else ""
    mark = ", order_types.stoploss_price_type to 'mark'" if setup.offers_mark else ""
    return (
        "order_types.stoploss_on_exchange is off: while the bot is down or offline, your trades "
        f"have no stop before liquidation. {setup.exchange_name} offers stops: set it to "
        f"true{market}{mark}."
    )


def _limit_stop(setup: _Setup) -> str | None:
    if setup.orders.get("stoploss", "market") == "market" or "market" not in setup.offered_stops:
        return None
    if not setup.stops_on_exchange:
        return (
            "order_types.stoploss is 'limit': at a stop the bot sends a limit order at the current "
            "price, and in a fast market it stays unfilled while the loss grows. "
            "Set order_types.stoploss to 'market'."
        )
    return (
        "order_types.stoploss is 'limit': the stop on the exchange is a limit order "
        f"{percent(1 - setup.limit_ratio)} beyond the stop price, and a market that jumps past "
        f"it leaves the trade without a stop. {setup.exchange_name} offers market stops: set "
        "order_types.stoploss to 'market'."
    )


def _stop_by_another_price(setup: _Setup) -> str | None:
    given = setup.orders.get("stoploss_price_type")
    if not setup.stops_on_exchange or given == PriceType.MARK or not setup.offers_mark:
        return None
    what = "is not set" if given is None else f"is '{given}'"
    return (
        f"order_types.stoploss_price_type {what}: {setup.exchange_name} liquidates by the mark "
        "price. The mark price can reach liquidation without triggering the stop, and a wick of "
        "the last price can trigger the stop without need. Set it to 'mark'."
    )


def _late_stop(setup: _Setup) -> str | None:
    seconds = setup.orders.get("stoploss_on_exchange_interval", _INTERVAL_SECONDS)
    if not setup.stops_on_exchange or seconds <= _INTERVAL_SECONDS:
        return None
    return (
        f"order_types.stoploss_on_exchange_interval is {seconds:g} seconds: after RiskGuard has "
        "moved a stop nearer, the old one may stay on the exchange for that long. Set it to "
        f"{_INTERVAL_SECONDS} or less."
    )


def _cross_margin(setup: _Setup) -> str | None:
    if setup.strategy.config.get("margin_mode") != MarginMode.CROSS:
        return None
    configs = [for_pair(setup.settings, pair) for pair in ("*", *setup.settings.pairs)]
    missing = [
        f"riskguard.{rule}"
        for rule in _PORTFOLIO_RULES
        if any(config.mode_of(rule) != "enforce" for config in configs)
    ]
    if not missing:
        return None
    return (
        "margin_mode is 'cross': one losing position uses up the margin of all the others, and "
        "only the distance to the account's liquidation limits what they can lose together (not "
        f"enforced: {', '.join(missing)}). Set "
        "margin_mode to 'isolated', or the mode of these rules to 'enforce'."
    )


def _stop_beyond_liquidation(setup: _Setup) -> str | None:
    strategy = setup.strategy
    if strategy.config.get("margin_mode") == MarginMode.CROSS:
        return None  # where liquidation is depends on the whole account
    # freqtrade's stoploss is a share of the margin, and so is a distance times the leverage.
    share, leverage, side, pair = min(liquidations(setup.settings, setup.strategy))
    own = abs(strategy.stoploss)
    if own < share:
        return None
    where = "on the exchange" if setup.stops_on_exchange else "in the bot, not on the exchange"
    left = (
        f"Only RiskGuard's stop ({where}) comes before liquidation; without it, only "
        if setup.guard.enforces_stop(pair)
        else "No stop of RiskGuard is enforced: only "
    )
    return (
        f"stoploss {strategy.stoploss:g} is beyond liquidation: at {leverage:g}x a "
        f"{side_text(side)} of {pair} is liquidated {percent(share / leverage)} away from its "
        f"entry, and this stop is {percent(own / leverage)} away. {left}freqtrade's "
        "liquidation_buffer protects the trade. Set stoploss to "
        f"-{(ceil(100 * share) - 1) / 100:g} or nearer to zero."
    )


def _limit_emergency_exit(setup: _Setup) -> str | None:
    if setup.orders.get("emergency_exit", "market") == "market":
        return None
    return (
        "order_types.emergency_exit is 'limit': RiskGuard uses emergency exits when a margin or "
        "loss limit is reached, and a limit order may stay unfilled until the trade is "
        "liquidated. Set order_types.emergency_exit to 'market'."
    )


def _limit_force_exit(setup: _Setup) -> str | None:
    given = setup.orders.get("force_exit")
    if (given or setup.orders["exit"]) == "market":
        return None
    what = "is 'limit'" if given else "is not set, so it is 'limit' like order_types.exit"
    return (
        f"order_types.force_exit {what}: when you have to get out with /forceexit, the order may "
        "stay unfilled. Set order_types.force_exit to 'market'."
    )


def _no_exit_timeout(setup: _Setup) -> str | None:
    timeout = (setup.strategy.config.get("unfilledtimeout") or {}).get("exit")
    method = getattr(setup.strategy.check_exit_timeout, "__func__", None)
    strategy_cancels = method is not IStrategy.check_exit_timeout
    if setup.orders["exit"] == "market" or timeout is not None or strategy_cancels:
        return None
    return (
        "unfilledtimeout.exit is not set: exits are limit orders here, and one that is not filled "
        "stays in the order book while the loss grows. Set unfilledtimeout to "
        '{"entry": 10, "exit": 10, "unit": "minutes"}.'
    )


def _missing_capital(setup: _Setup) -> str | None:
    config = setup.strategy.config
    if "available_capital" not in config:
        return None
    capital = float(config["available_capital"])
    booked = closed_profit_quote() + sum(trade.realized_profit or 0.0 for trade in open_trades())
    wallet = wallet_quote(setup.strategy)
    if capital + booked <= wallet * (1 + _CAPITAL_TOLERANCE):
        return None
    return (
        f"available_capital is {money(capital)} {config['stake_currency']} (with the bot's profit "
        f"so far {money(capital + booked)}), but the wallet holds {money(wallet)}: stakes and loss "
        "limits are calculated from money that is not there. Set available_capital to at most "
        f"{money(max(wallet - booked, 0.0))}, or deposit the rest."
    )


def _unusable_top_up(setup: _Setup) -> str | None:
    return unusable_top_up(setup.settings, setup.strategy)


def _open_profit_in_wallet(setup: _Setup) -> str | None:
    return open_profit_problem(setup.strategy)


def _no_stops_offered(setup: _Setup) -> str | None:
    if setup.offered_stops:
        return None
    return (
        f"freqtrade cannot place stops on {setup.exchange_name}: your stops work only while the "
        "bot runs and reaches the exchange."
    )


def _only_limit_stops(setup: _Setup) -> str | None:
    offered = setup.offered_stops
    if not setup.stops_on_exchange or not offered or "market" in offered:
        return None
    return (
        f"{setup.exchange_name} offers no market stops: the stop there is a limit order "
        f"{percent(1 - setup.limit_ratio)} beyond the stop price "
        f"(order_types.stoploss_on_exchange_limit_ratio {setup.limit_ratio:g}). A market that "
        "jumps past it leaves it unfilled, and while stops are on the exchange the bot itself does "
        "not close at the stop; RiskGuard's other exits remain."
    )


def _silent_telegram(setup: _Setup) -> str | None:
    telegram = setup.strategy.config.get("telegram") or {}
    if not telegram.get("enabled") or telegram.get("allow_custom_messages"):
        return None
    return (
        "telegram.allow_custom_messages is off: RiskGuard's messages are in the log only, not in "
        "Telegram. Set it to true."
    )


# What the exchange cannot do, and what the settings can.
_LIMITATIONS: tuple[_Check, ...] = (
    _no_stops_offered,
    _only_limit_stops,
    _silent_telegram,
)
_CHECKS: tuple[_Check, ...] = (
    _open_profit_in_wallet,
    _unknown_venue,
    _no_stop_on_exchange,
    _limit_stop,
    _stop_by_another_price,
    _late_stop,
    _cross_margin,
    _stop_beyond_liquidation,
    _limit_emergency_exit,
    _limit_force_exit,
    _no_exit_timeout,
    _missing_capital,
    _unusable_top_up,
)
