"""What a running bot says of an entry."""

from freqtrade_riskguard.risk import planned_loss
from freqtrade_riskguard.snapshot import Entry


def entry_message(
    entry: Entry, asked_leverage: float, stop_price: float, denied: str | None
) -> str:
    """Return one line: pair, side, what was asked, what was given, and the loss planned."""
    side = "long" if entry.side > 0 else "short"
    head = f"{entry.market.pair} {side}: asked {asked_leverage:g}x"
    if denied is not None:
        return f"{head}, DENIED ({denied})"
    loss_quote = planned_loss(
        stake_quote=entry.stake_quote,
        leverage=entry.leverage,
        stop_distance_ratio=entry.side * (entry.rate - stop_price) / entry.rate,
        taker_fee=entry.market.taker_fee,
    )
    return (
        f"{head}, got {entry.leverage:g}x, stake {entry.stake_quote:.0f} of "
        f"{entry.account.sizing_equity_quote:.0f}, stop {stop_price:g}. "
        f"Planned loss {loss_quote:.2f} before gaps."
    )
