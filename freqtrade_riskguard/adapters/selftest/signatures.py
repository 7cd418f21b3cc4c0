"""What of freqtrade the guard overrides and calls: whether it is there, and takes what it is given.

Looked at before anything is played: a name that is gone is told as such.
"""

import inspect
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from typing import Any

import freqtrade_riskguard
from freqtrade_riskguard.adapters.callbacks.wrapping import GUARDED
from freqtrade_riskguard.adapters.selftest.check import Check

_STRATEGY = "freqtrade.strategy.interface:IStrategy"
# Beside those that the guard's own callbacks take by name.
_TAKEN = {
    "should_exit": ("low", "high"),
    "ft_stoploss_adjust": ("after_fill",),
    "_adjust_trade_position_internal": ("current_time", "current_rate", "min_stake"),
    "confirm_trade_exit": ("pair", "current_time"),
    "plot_annotations": ("pair", "dataframe", "start_date", "end_date"),
    "bot_loop_start": ("current_time",),
}
# Module and name: the parameters that the guard gives by name, or in this order.
_CALLED: dict[str, tuple[str, ...]] = {
    "freqtrade.strategy.strategy_wrapper:strategy_safe_wrapper": (
        "f",
        "default_retval",
        "supress_error",
    ),
    "freqtrade.resolvers.protection_resolver:ProtectionResolver.build_search_paths": (
        "config",
        "user_subdir",
        "extra_dirs",
    ),
    f"{_STRATEGY}.analyze": ("pairs",),
    "freqtrade.enums:ExitCheckTuple": ("exit_type", "exit_reason"),
    "freqtrade.persistence:LocalTrade.adjust_stop_loss": (
        "current_price",
        "stoploss",
        "allow_refresh",
    ),
    "freqtrade.persistence:Trade.get_trades_proxy": ("pair", "is_open", "close_date"),
    "freqtrade.persistence:Trade.get_total_closed_profit": (),
    "freqtrade.persistence:Trade.get_custom_data": ("key",),
    "freqtrade.persistence:Trade.set_custom_data": ("key", "value"),
    "freqtrade.persistence:LocalTrade.bt_trades": (),
    "freqtrade.persistence:LocalTrade.bt_trades_open": (),
    "freqtrade.persistence:LocalTrade.bt_total_profit": (),
    "freqtrade.persistence:KeyValueStore.get_value": ("key",),
    "freqtrade.persistence:KeyValueStore.store_value": ("key", "value"),
    "freqtrade.persistence:PairLocks.lock_pair": ("pair", "until", "reason", "now", "side"),
    "freqtrade.persistence:PairLocks.get_pair_locks": ("pair", "now", "side"),
    "freqtrade.persistence:PairLocks.is_pair_locked": ("pair", "now", "side"),
    "freqtrade.wallets:Wallets.get_total": ("currency",),
    "freqtrade.wallets:Wallets.get_free": ("currency",),
    "freqtrade.wallets:Wallets.get_trade_stake_amount": ("pair", "max_open_trades", "update"),
    "freqtrade.data.dataprovider:DataProvider.get_pair_dataframe": (
        "pair",
        "timeframe",
        "candle_type",
    ),
    "freqtrade.data.dataprovider:DataProvider.current_whitelist": (),
    "freqtrade.data.dataprovider:DataProvider.send_msg": ("message", "always_send"),
    "freqtrade.exchange:Exchange.get_option": ("param", "default"),
    "freqtrade.exchange:Exchange.get_rate": ("pair", "side", "is_short", "refresh"),
    "freqtrade.exchange:Exchange.get_min_pair_stake_amount": ("pair", "price", "stoploss"),
    "freqtrade.exchange:Exchange.markets": (),
}

# By class, what the guard reads of what freqtrade hands over: attributes, columns, properties.
_READ: dict[str, tuple[str, ...]] = {
    "freqtrade.persistence:Trade": (
        *("id", "pair", "orders", "is_open", "is_short", "entry_side"),
        *("amount", "stake_amount", "max_stake_amount", "leverage", "liquidation_price"),
        *("amount_precision", "precision_mode", "contract_size"),
        *("open_rate", "open_date_utc", "close_date", "close_date_utc", "enter_tag"),
        *("stop_loss", "fee_open", "fee_close", "funding_fees"),
        *("realized_profit", "close_profit", "close_profit_abs"),
    ),
    "freqtrade.persistence:Order": (
        *("ft_order_side", "ft_is_open", "filled", "safe_amount_after_fee", "funding_fee"),
        *("safe_amount", "safe_filled", "safe_remaining", "safe_price", "safe_placement_price"),
    ),
    "freqtrade.persistence.models:PairLock": (
        *("id", "pair", "side", "reason", "lock_time", "lock_end_time", "lock_end_time_utc"),
    ),
}


def compared() -> list[Check]:
    """Compare freqtrade's names and parameters with those that the guard goes by."""
    checks = [_check(f"{_STRATEGY}.{hook}", _parameters(hook)) for hook in GUARDED]
    checks += [_check(place, wanted) for place, wanted in _CALLED.items()]
    # In backtests trades are instances of a class of their own, with the same names.
    read = {**_READ, "freqtrade.persistence:LocalTrade": _READ["freqtrade.persistence:Trade"]}
    return checks + [_attributes(owner, names) for owner, names in read.items()]


def _parameters(hook: str) -> list[str]:
    """Return what the guard's own callback takes by name, beside the strategy's own function."""
    callback = getattr(freqtrade_riskguard.RiskGuard, f"_riskguard_{hook}")
    parameters = inspect.signature(callback).parameters.values()
    named = [item.name for item in parameters if item.kind is item.POSITIONAL_OR_KEYWORD]
    return list(dict.fromkeys((*named[2:], *_TAKEN.get(hook, ()))))


def _check(place: str, wanted: Iterable[str]) -> Check:
    module, _, name = place.partition(":")
    taken = ", ".join(wanted)
    return Check(
        hook=name.rpartition(".")[2],
        where=f"{module}.{name}",
        expected=f"it takes {taken}" if taken else "it is there",
        found=_missing(module, name, wanted),
    )


def _attributes(owner: str, names: Sequence[str]) -> Check:
    """Check all that is read of a class: one line for a class, not one for each name."""
    module, _, cls = owner.partition(":")
    missing = [name for name in names if _missing(module, f"{cls}.{name}", ()) is not None]
    return Check(
        hook=cls,
        where=f"{module}.{cls}",
        expected=f"it has {', '.join(names)}",
        found=f"it has no {', '.join(missing)}" if missing else None,
    )


def _missing(module: str, name: str, wanted: Iterable[str]) -> str | None:
    try:
        found: Any = import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError):
        return "it is not there"
    if not callable(found):
        return None
    missing = [parameter for parameter in wanted if parameter not in set(_taken(found))]
    return f"it does not take {', '.join(missing)}" if missing else None


def _taken(function: Any) -> Iterator[str]:
    """Yield the parameters of a function; ``**kwargs`` takes no name that freqtrade would use."""
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind not in {parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL}:
            yield parameter.name
