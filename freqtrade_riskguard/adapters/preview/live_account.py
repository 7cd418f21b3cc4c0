"""What the account of a bot says about itself, asked for by requests that change nothing."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from math import inf, isfinite, nan
from typing import Any, TypeVar

import ccxt
from freqtrade.persistence import Trade

from freqtrade_riskguard.adapters.account.trades import closed_profit_quote, open_trades
from freqtrade_riskguard.adapters.live.booked_trades import booked_trade, own_pairs
from freqtrade_riskguard.adapters.live.exchange_view import ExchangeView, position_of
from freqtrade_riskguard.adapters.market.contracts import exchange_of
from freqtrade_riskguard.adapters.preview.account_facts import (
    Balance,
    BookedAccount,
    ClockReading,
    KeyRights,
    LiveAccount,
    StopSetup,
    Untold,
    WaitingOrder,
)
from freqtrade_riskguard.adapters.preview.account_keys import client_with, missing_parts
from freqtrade_riskguard.adapters.preview.bot import PreviewBot
from freqtrade_riskguard.adapters.preview.bot_config import BotConfig
from freqtrade_riskguard.adapters.preview.errors import PreviewError, files_of
from freqtrade_riskguard.adapters.preview.exchange_balance import without_open_profit
from freqtrade_riskguard.adapters.preview.trade_database import database_kind, open_history
from freqtrade_riskguard.adapters.startup.exchange_safety import StopOrders
from freqtrade_riskguard.risk.tiers import Tier
from freqtrade_riskguard.snapshot.exchange import ExchangeStop

_T = TypeVar("_T")

# The exchange of which ccxt tells the rights of a key, and whether several assets back positions.
_BINANCE = "binance"
_MS = 1_000.0
_NOT_OFFERED = "ccxt has no request for it on this exchange"
# The first that fits; errors themselves are not shown, since they hold addresses and signatures.
_CAUSES: tuple[tuple[type[Exception], str], ...] = (
    (ccxt.InvalidNonce, "the exchange refuses the time of the request: set this machine's clock"),
    (
        ccxt.AuthenticationError,
        "the exchange refuses the key (wrong, revoked, without this right, not for this address)",
    ),
    (ccxt.DDoSProtection, "the exchange takes no more requests now: try again in some minutes"),
    (ccxt.NetworkError, "the exchange did not answer: check the connection and try again"),
)


def require_key(found: BotConfig) -> None:
    """Refuse a configuration that trades no money or has no key.

    Raises
    ------
    PreviewError
        With what to set.
    """
    files = files_of(found.config)
    if not found.is_live:
        raise PreviewError(
            f"{files}: --live looks at a bot that trades for money, and dry_run is not false; "
            'set "dry_run": false (no bot starts by that)'
        )
    if not found.keys:
        raise PreviewError(
            f"{files}: no API key, so the account cannot be looked at; add exchange.key and "
            "exchange.secret, best in a file of its own: -c config.json -c secrets.json"
        )


def look_at_account(bot: PreviewBot) -> LiveAccount:
    """Ask the exchange about a bot's account.

    Raises
    ------
    PreviewError
        Where the key is not complete.
    """
    exchange, keys, strategy = exchange_of(bot.strategy), bot.found.keys, bot.strategy
    missing = missing_parts(exchange, keys)
    if missing:
        raise PreviewError(
            f"{files_of(bot.found.config)}: {exchange.name} needs more than the key given here; "
            f"add {', '.join(f'exchange.{part}' for part in missing)}"
        )
    pairs = bot.outlook.pairs
    currency = str(bot.found.config["stake_currency"])
    view = ExchangeView()
    with client_with(exchange, keys) as client:
        return LiveAccount(
            clock=_ask(lambda: _clock(client)),
            balance=_ask(lambda: _balance(exchange, client, currency)),
            key=_ask(lambda: _rights(client)),
            hedge_mode=_ask(lambda: _hedge_mode(client)),
            multi_assets=_ask(lambda: _multi_assets(client)),
            used_tiers={
                pair: _tiers(rows)
                for pair, rows in exchange._leverage_tiers.items()  # noqa: SLF001 - no public way
                if pair in pairs
            },
            exchange_tiers=_ask(lambda: _exchange_tiers(exchange, client, pairs)),
            positions=_ask(
                lambda: [
                    position_of(exchange, raw)
                    for raw in client.fetch_positions()
                    if raw["side"] and raw["contracts"]
                ]
            ),
            stops=_ask(lambda: _required(view.stops(strategy))),
            orders=_ask(lambda: _orders(exchange, client)),
            stop_setup=_stop_setup(StopOrders(strategy=strategy)),
            own_pairs=own_pairs(strategy),
        )


def read_booked(found: BotConfig, *, with_database: bool) -> BookedAccount | Untold:
    """Read what the bot's database says of its account now, however old the candles are.

    Raises
    ------
    PreviewError
        Where it cannot be read.
    """
    if not with_database:
        return Untold("--no-database leaves out the bot's trades: give --live without it")
    kind = database_kind(found.config)
    if not kind.startswith("sqlite"):
        return Untold(
            f"the bot's trades are in {kind}, which is not read here: compare them with the "
            "exchange yourself"
        )
    with open_history(found.config, "all"):
        trades = open_trades()
        parts = sum(trade.realized_profit or 0.0 for trade in trades)
        return BookedAccount(
            trades=tuple(map(booked_trade, trades)),
            order_ids=frozenset(
                str(order.order_id)
                for trade in trades
                if isinstance(trade, Trade)
                for order in trade.orders
            ),
            profit_quote=closed_profit_quote() + parts,
        )


def _ask(how: Callable[[], _T]) -> _T | Untold:
    try:
        return how()
    except (ccxt.NotSupported, ccxt.ArgumentsRequired):
        return Untold(_NOT_OFFERED, is_offered=False)
    except ccxt.BaseError as error:
        for kind, words in _CAUSES:
            if isinstance(error, kind):
                return Untold(words)
        return Untold(f"the exchange refused the request ({type(error).__name__}): try again")
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        return Untold(f"the answer is not as it is read here ({type(error).__name__})")


def _required(found: list[ExchangeStop] | None) -> list[ExchangeStop]:
    if found is None:
        raise ccxt.NotSupported
    return found


def _clock(client: Any) -> ClockReading:
    before = client.milliseconds()
    server = client.fetch_time()
    after = client.milliseconds()
    if server is None:
        raise ccxt.NotSupported
    return ClockReading(((before + after) / 2 - server) / _MS, (after - before) / 2 / _MS)


def _balance(exchange: Any, client: Any, currency: str) -> Balance:
    found = client.fetch_balance()
    wallet = without_open_profit(exchange, client, found, currency)
    # An asset that never was in the account is left out.
    return Balance(wallet or 0.0, _number((found.get(currency) or {}).get("free")))


def _rights(client: Any) -> KeyRights:
    if client.id != _BINANCE:
        raise ccxt.NotSupported
    found = client.sapiGetAccountApiRestrictions()
    until_ms = _number(found.get("tradingAuthorityExpirationTime"))
    transfers = (
        _flag(found, "enableInternalTransfer"),
        _flag(found, "permitsUniversalTransfer"),
    )
    return KeyRights(
        trades_futures=_flag(found, "enableFutures"),
        withdraws=_flag(found, "enableWithdrawals"),
        transfers=None if transfers == (None, None) else any(transfers),
        is_bound_to_addresses=_flag(found, "ipRestrict"),
        trades_until=datetime.fromtimestamp(until_ms / _MS, UTC) if until_ms > 0 else None,
    )


def _flag(found: Mapping[str, Any], name: str) -> bool | None:
    value = found.get(name)
    return value if isinstance(value, bool) else None


def _hedge_mode(client: Any) -> bool:
    if not client.has.get("fetchPositionMode"):
        raise ccxt.NotSupported
    return _said(client.fetch_position_mode()["hedged"])


def _multi_assets(client: Any) -> bool:
    if client.id != _BINANCE:
        raise ccxt.NotSupported
    return _said(client.fapiPrivateGetMultiAssetsMargin()["multiAssetsMargin"])


def _said(value: object) -> bool:
    """Return a yes or no; anything else is no answer, and not taken for one."""
    if not isinstance(value, bool):
        raise TypeError
    return value


def _exchange_tiers(
    exchange: Any, client: Any, pairs: Sequence[str]
) -> dict[str, tuple[Tier, ...]]:
    if not client.has.get("fetchLeverageTiers"):
        raise ccxt.NotSupported
    found = client.fetch_leverage_tiers(list(pairs))
    return {
        pair: _tiers([exchange.parse_leverage_tier(row) for row in rows])
        for pair, rows in found.items()
        if pair in pairs
    }


def _tiers(rows: Sequence[Mapping[str, Any]]) -> tuple[Tier, ...]:
    return tuple(
        Tier(
            floor_notional_quote=float(row["minNotional"] or 0.0),
            cap_notional_quote=float(row["maxNotional"] or inf),
            maintenance_rate=float(row["maintenanceMarginRate"]),
            maintenance_amount_quote=float(row["maintAmt"] or 0.0),
            max_leverage=float(row["maxLeverage"] or 1.0),
        )
        for row in rows
    )


def _orders(exchange: Any, client: Any) -> list[WaitingOrder]:
    # Otherwise ccxt refuses to ask for all pairs at once.
    client.options["warnOnFetchOpenOrdersWithoutSymbol"] = False
    return [
        WaitingOrder(
            order_id=str(raw["id"]),
            pair=str(raw["symbol"]),
            buys=raw["side"] == "buy",
            amount=float(raw["amount"] or 0.0),
            price=_number(raw["price"]),
        )
        for raw in map(
            exchange._order_contracts_to_amount,  # noqa: SLF001 - as freqtrade counts amounts
            client.fetch_open_orders(params={"type": "swap"}),
        )
        # Stops are asked for by themselves.
        if not raw.get("stopPrice") and not raw.get("triggerPrice")
    ]


def _stop_setup(found: StopOrders) -> StopSetup:
    return StopSetup(
        offered=found.offered_stops,
        offers_mark=found.offers_mark,
        on_exchange=found.stops_on_exchange,
        kind=str(found.orders.get("stoploss", "market")),
        price_type=str(found.orders.get("stoploss_price_type") or "last"),
    )


def _number(value: object) -> float:
    number = float(value) if isinstance(value, int | float | str) and value else nan
    return number if isfinite(number) else nan
