"""Whether an account is fit for a bot that trades for money: each look judged, with its remedy."""

from collections.abc import Callable, Iterator

from freqtrade_riskguard.entry_report.live_access import balance, clock, key, modes
from freqtrade_riskguard.entry_report.live_findings import GateInput, LiveFinding
from freqtrade_riskguard.entry_report.live_holdings import orders, positions
from freqtrade_riskguard.entry_report.live_market import brackets, stop_orders

# In the order in which to mend what they find.
_LOOKS: tuple[Callable[[GateInput], Iterator[LiveFinding]], ...] = (
    *(clock, key, modes, balance),
    *(brackets, stop_orders),
    *(positions, orders),
)


def judge_account(given: GateInput) -> tuple[LiveFinding, ...]:
    """Return what is found at each look, the same once; pure, nothing is asked for."""
    return tuple(dict.fromkeys(found for look in _LOOKS for found in look(given)))
