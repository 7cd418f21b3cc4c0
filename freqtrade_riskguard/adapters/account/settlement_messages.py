"""What is told of money that came or went, and of results that no trade knows."""

from freqtrade_riskguard.engine.reconciliation import EndedPosition
from freqtrade_riskguard.formatting import exact_money


def signed(quote: float) -> str:
    """Return money with its sign, quote units."""
    return f"{'+' if quote > 0 else ''}{exact_money(quote)}"


def moved_words(quote: float, currency: str) -> str:
    """Return what is told of a transfer."""
    return (
        f"Account changed by {signed(quote)} {currency} not from this bot: equity, its "
        "peak and the loss limits move with it."
    )


def came_words(quote: float, currency: str) -> str:
    """Return what is told of money of which nobody says whether it is a transfer."""
    return (
        f"{signed(quote)} {currency} came while exchange and trades did not agree, and the "
        "exchange does not tell from where: taken for a deposit, not for a gain. Peak and loss "
        "limits move with it."
    )


def result_words(quote: float, currency: str, *, is_told: bool) -> str:
    """Return what is told of a result that the wallet has and no trade.

    Parameters
    ----------
    is_told : bool
        Whether the exchange says what came or went.
    """
    may_be = "" if is_told else ", as far as anybody tells: the exchange names none"
    return (
        f"{signed(quote)} {currency} that no trade knows are counted as a result: they are no "
        f"deposit and no withdrawal{may_be}."
    )


def booked_words(quote: float, currency: str) -> str:
    """Return what is told once trades have booked a result, which then leaves the base."""
    return f"{signed(-quote)} {currency} that no trade knew are booked now."


def ended_words(item: EndedPosition, currency: str) -> str:
    """Return what is told of a position beside the trades that is over."""
    return (
        f"{item.pair}: {signed(item.profit_quote)} {currency} that no trade knows are counted as a "
        f"result, {item.basis}."
    )
