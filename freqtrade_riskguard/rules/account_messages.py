"""Messages about the account, shared by the rules that watch it."""

from freqtrade_riskguard.formatting import currency, money
from freqtrade_riskguard.snapshot import Account


def short_percent(ratio: float) -> str:
    """Return a ratio in per cent without a needless decimal, e.g. ``18 %`` or ``12.5 %``."""
    return f"{round(100 * ratio, 1):g} %"


def account_money(account: Account, quote: float) -> str:
    """Return an amount with its currency, as far as the open positions tell it."""
    positions = account.positions
    return f"{money(quote)} {currency(positions[0].market.pair)}" if positions else money(quote)


def below_peak(account: Account, limit_ratio: float) -> str:
    """Return how far the equity is below its peak, and the limit that this passed."""
    return (
        f"equity is {short_percent(account.drawdown_ratio)} below its peak of "
        f"{account_money(account, account.peak_equity_quote)} "
        f"(limit {short_percent(limit_ratio)}, {account.basis})"
    )


def open_trades_text(account: Account, *, keep_ratio: float) -> str:
    """Return what happens to the open trades, as a sentence."""
    one = account.open_trades == 1
    trades = "1 trade" if one else f"{account.open_trades} trades"
    if keep_ratio >= 1:
        return f"{trades} {'REMAINS' if one else 'REMAIN'} OPEN."
    being = f"{trades} {'is' if one else 'are'} being"
    if keep_ratio > 0:
        whose = "its" if one else "their"
        return f"{being} cut to {short_percent(keep_ratio)} of {whose} size."
    return f"{being} closed."


def keep_all_at(account: Account, keep_ratio: float) -> tuple[float, ...]:
    """Return the same share for every position of the account."""
    return (keep_ratio,) * len(account.positions)
