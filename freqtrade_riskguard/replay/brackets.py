"""Leverage brackets of contracts that nobody has given any."""

from freqtrade_riskguard.risk.tiers import TierTable

# What Binance asks of its smaller contracts: floor and cap (quote units), maintenance rate, the
# deduction that keeps the margin from jumping at the floor (None: derived), greatest leverage.
UNKNOWN_CONTRACT = TierTable.build(
    (
        (0.0, 5_000.0, 0.015, None, 50.0),
        (5_000.0, 25_000.0, 0.025, None, 20.0),
        (25_000.0, 100_000.0, 0.05, None, 10.0),
        (100_000.0, 250_000.0, 0.1, None, 5.0),
        (250_000.0, 1_000_000.0, 0.125, None, 4.0),
        (1_000_000.0, 5_000_000.0, 0.25, None, 2.0),
        (5_000_000.0, None, 0.5, None, 1.0),
    )
)
