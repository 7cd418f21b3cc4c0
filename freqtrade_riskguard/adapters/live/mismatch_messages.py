"""What is told of pairs of which exchange and trades say something else."""

from freqtrade_riskguard.config_types import Orphans
from freqtrade_riskguard.engine.reconciliation import Mismatch
from freqtrade_riskguard.formatting import side_text


def mismatch_figures(item: Mismatch) -> str:
    """Return what exchange and trades say of a pair, as a clause."""
    held, booked = _amount(item.held), _amount(item.booked)
    if item.kind == "orphan":
        entered = f"{held}, entered at {item.entry_price:g}"
        return f"{item.pair}: the exchange holds {entered}, and no trade knows of it"
    numbers = ", ".join(str(number) for number in item.trade_ids)
    return f"{item.pair}: trade {numbers} is {booked}, and the exchange holds {held}"


def _amount(signed: float) -> str:
    return f"{abs(signed):g} {side_text(1 if signed > 0 else -1)}" if signed else "nothing"


def mismatch_consequence(item: Mismatch, orphans: Orphans) -> str:
    """Return what follows from it, as sentences."""
    if item.kind != "orphan":
        return "Entries pause, and the account is valued by what the exchange holds."
    what = (
        "It is being closed."
        if orphans == "close"
        else "It has NO stop of this bot: close it on the exchange, or set riskguard.orphans to "
        "'close'."
    )
    return f"Entries pause, and it counts in the account. {what}"
