"""Whether an account lets the bot trade: clock, key, modes, money."""

from collections.abc import Iterator
from datetime import timedelta
from math import isnan

from freqtrade_riskguard.adapters.preview.account_facts import Untold
from freqtrade_riskguard.entry_report.live_findings import BY_HAND, GateInput, LiveFinding, untold
from freqtrade_riskguard.formatting import money

# What exchanges allow a request's time to be ahead of their own.
_MOST_SECONDS = 1.0
# A key that ends sooner leaves no time to notice.
_SOON = timedelta(days=14)
# Fees and funding of open trades are paid already; that is no missing capital.
_CAPITAL_TOLERANCE = 0.01


def clock(given: GateInput) -> Iterator[LiveFinding]:
    """Look at this machine's clock."""
    reading = given.account.clock
    if isinstance(reading, Untold):
        yield untold("clock", reading)
        return
    off, unsure = reading.ahead_seconds, reading.uncertainty_seconds
    where = "ahead of" if off > 0 else "behind"
    found = f"{abs(off):.1f} s {where} the exchange's (give or take {unsure:.1f} s)"
    if abs(off) - unsure > _MOST_SECONDS:
        yield LiveFinding(
            "clock",
            "danger",
            f"this machine's clock is {found}: the exchange refuses requests whose time is wrong, "
            "stops and exits too.",
            "Let the system set it (NTP).",
        )
    else:
        yield LiveFinding("clock", "ok", found)


def key(given: GateInput) -> Iterator[LiveFinding]:
    """Look at what the key may do."""
    key = given.account.key
    if isinstance(key, Untold):
        yield untold("API key", key)
        return
    bad = []
    if key.trades_futures is False:
        bad.append(
            LiveFinding(
                "API key",
                "danger",
                "the key may not trade futures: every order would be refused.",
                "Allow futures for it on the exchange; a key that is older than the futures "
                "account has to be made anew.",
            )
        )
    if key.withdraws:
        bad.append(
            LiveFinding(
                "API key",
                "danger",
                "the key may withdraw: whoever gets hold of it takes all of the money.",
                "Make one without withdrawals; a bot never needs them.",
            )
        )
    if key.trades_until is not None and key.trades_until - given.now < _SOON:
        bad.append(
            LiveFinding(
                "API key",
                "danger",
                f"the key ceases to trade on {key.trades_until:%Y-%m-%d}: after that no exit and "
                "no stop can be placed.",
                "Bind it to the bot's address, or make a new one.",
            )
        )
    yield from bad
    if key.transfers:
        yield LiveFinding(
            "API key",
            "note",
            "the key may move money between accounts.",
            "Take that right away: a bot does not need it.",
        )
    if key.is_bound_to_addresses is False:
        yield LiveFinding(
            "API key",
            "note",
            "the key works from any address.",
            "Bind it to the bot's address, if that does not change.",
        )
    if not bad:
        told = {
            "trades futures": key.trades_futures,
            "cannot withdraw": None if key.withdraws is None else not key.withdraws,
        }
        if None in told.values():
            yield LiveFinding(
                "API key", "unknown", f"not told: whether it {' and '.join(told)}. {BY_HAND}"
            )
        else:
            yield LiveFinding("API key", "ok", ", ".join(told))


def modes(given: GateInput) -> Iterator[LiveFinding]:
    """Look at the modes in which freqtrade does not start."""
    account = given.account
    for subject, is_on, fine, what, remedy in (
        (
            "position mode",
            account.hedge_mode,
            "one-way",
            "the account is in hedge mode: freqtrade does not start.",
            "Set its position mode to one-way on the exchange, with no position and no order open.",
        ),
        (
            "asset mode",
            account.multi_assets,
            "single-asset",
            "the account is in multi-assets mode: freqtrade does not start.",
            "Set its asset mode to single-asset on the exchange.",
        ),
    ):
        if isinstance(is_on, Untold):
            yield untold(subject, is_on)
        elif is_on and given.is_cross and subject == "asset mode":
            yield LiveFinding(subject, "ok", "multi-assets: other coins stand behind positions")
        elif is_on:
            yield LiveFinding(subject, "danger", what, remedy)
        else:
            yield LiveFinding(subject, "ok", fine)


def balance(given: GateInput) -> Iterator[LiveFinding]:
    """Look at the money."""
    balance, currency = given.account.balance, given.currency
    if isinstance(balance, Untold):
        yield untold("balance", balance)
        return
    wallet, free = balance.wallet_quote, balance.free_quote
    if not wallet > 0:
        yield LiveFinding(
            "balance",
            "danger",
            f"the futures wallet holds no {currency}: every entry would be refused.",
            f"Transfer {currency} to it.",
        )
        return
    profit = 0.0 if isinstance(given.booked, Untold) else given.booked.profit_quote
    counted = None if given.capital_quote is None else given.capital_quote + profit
    if counted is not None and counted > wallet * (1 + _CAPITAL_TOLERANCE):
        yield LiveFinding(
            "balance",
            "danger",
            f"available_capital, with the bot's profit so far, is {money(counted)} {currency}, "
            f"and the wallet holds {money(wallet)}: limits would be counted from money that is "
            "not there.",
            f"Set available_capital to at most {money(max(wallet - profit, 0.0))}.",
        )
        return
    rest = "" if isnan(free) else f", {money(free)} of it free"
    yield LiveFinding("balance", "ok", f"{money(wallet)} {currency}{rest}")
