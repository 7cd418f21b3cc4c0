"""Positions that are refused: what they say of themselves does not fit together."""

import re
from collections.abc import Iterator

from freqtrade_riskguard.stress.input import HeldPosition, StressInput

# ccxt's names: BTC/USDT:USDT, and BTC/USDT:USDT-261225 for a contract that expires.
_PAIR = re.compile(r"(?P<base>[^/:\s]+)/(?P<quote>[^/:\s]+):(?P<settle>[^/:\s-]+)(-\S+)?")
_SEPARATORS = re.compile(r"[/:_\s-]+")
# Fees, rounded amounts and margins: more than that is another unit.
_TOLERANCE_RATIO = 0.10
_HIGHEST_LEVERAGE = 200.0
_LARGEST_MOVE = 100.0


def mistakes(given: StressInput) -> Iterator[str]:
    """Yield what is wrong with each position, a line each."""
    for held in given.positions:
        found = _pair_mistake(held.pair, given.currency) or _size_mistake(held)
        if found is not None:
            yield f"{held.name}: {found}"


def _pair_mistake(pair: str, currency: str) -> str | None:
    """Return why a pair cannot be judged in an account of that currency."""
    name = _PAIR.fullmatch(pair)
    if name is None or name["settle"] != name["settle"].upper():
        return f"no futures pair has that name: did you mean {_suggestion(pair, currency)}?"
    settle = name["settle"]
    if settle != name["quote"]:
        return (
            f"it is coin-margined (inverse): margin and profit are in {settle}, and the profit is "
            f"not proportional to the price. Only linear pairs, such as {name['base']}/{currency}:"
            f"{currency}, can be stressed: take it out"
        )
    if settle != currency:
        return (
            f"it settles in {settle}, and the account is in {currency}: set currency to '{settle}' "
            "and leave only positions that settle in it"
        )
    return None


def _suggestion(pair: str, currency: str) -> str:
    """Return the name that a person may mean by ``BTC/USDT``, ``BTCUSDT`` or ``btc``."""
    words = [word for word in _SEPARATORS.split(pair.upper()) if word]
    base = words[0] if words else "BTC"
    quote = words[1] if len(words) > 1 else currency
    if len(words) == 1 and base.endswith(currency) and base != currency:
        base = base.removesuffix(currency)
    return f"{base}/{quote}:{quote}"


def _size_mistake(held: HeldPosition) -> str | None:
    """Return why amount, prices, margin and leverage cannot all be right."""
    if not 1 / _LARGEST_MOVE <= held.rate / held.open_rate <= _LARGEST_MOVE:
        return (
            f"rate is {_figure(held.rate / held.open_rate)} times open_rate: are both prices of "
            "the same unit?"
        )
    computed = held.amount * held.open_rate / held.margin_quote
    least, most = held.leverage or 1.0, held.leverage or _HIGHEST_LEVERAGE
    if least * (1 - _TOLERANCE_RATIO) <= computed <= most * (1 + _TOLERANCE_RATIO):
        return None
    stated = "no leverage is stated" if held.leverage is None else f"leverage is {held.leverage:g}"
    return (
        f"{stated}, but amount * open_rate / margin_quote is {_figure(computed)}. Give amount in "
        "base units (not in contracts), margin_quote as the margin at the entry, and margin added "
        "later as added_margin_quote"
    )


def _figure(number: float) -> str:
    return f"{float(f'{number:.3g}'):g}"
