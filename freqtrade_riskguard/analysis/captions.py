"""What to read from each figure of a report."""

from math import isnan

from freqtrade_riskguard.analysis.figures.excursions import is_in_atr
from freqtrade_riskguard.analysis.report_data import Report
from freqtrade_riskguard.analysis.summary import funding_quote

EQUITY = (
    "Solid: closed trades. Dotted: candle close, with what was held at market price; where it runs "
    "far below the solid line, losses were being sat out. Triangles are pauses of entries, "
    "diamonds steps of a ladder (hollow: those that would have been); touch or point at one for "
    "its reason. A red dashed line is a halt."
)
RULES = (
    "To the right, losses that trades would have made besides without the rule; to the left, "
    "profits. Each rule alone, with all others as they were: the bars do not add up."
)
LEVERAGE = (
    "Each point is a trade, in the colour of the rule that set its leverage; touch or point at one "
    "for what was asked for, and why it was not given."
)
DISTANCES = (
    "Each point is a trade at its entry. Below the dotted line liquidation comes before the stop, "
    "so that the stop protects nothing. Points at the top have no liquidation."
)
REACH = (
    "How many trades saw the market go so far against them, and how many had their stop or their "
    "liquidation within that distance. The further the blue line stays left of the others, the "
    "more room there was."
)
SURVIVAL = (
    "Which share of the trades each leverage would have lost, entered and left as they were. The "
    "gap between the lines is what exact fills of a backtest hide."
)


def excursion_caption(report: Report) -> str:
    """Return what to read from the excursions."""
    text = (
        "Each point is a trade: to the right, how far the market went against it before it closed; "
        "upwards, what it made of its notional. Winners far to the right were lucky; a stop "
        "between the winners and the losers would have paid."
    )
    if not is_in_atr(report.main.excursions):
        text += " ATR is not known, because candles are missing: in shares of the entry price."
    return text + _censored(report)


def hit_caption(report: Report) -> str:
    """Return which multiple is recommended, and on what grounds."""
    excursions = report.main.excursions
    atr = report.main.found.candles.atr_timeframe
    text = (
        f"{excursions.recommendation} ATR of 14 candles ({atr}), as known at the entry. A trade "
        "that its own stop ended cannot show how far the market went on."
    )
    if unknown := excursions.hit_rates.unknown_count:
        text += f" {unknown} trades without a known ATR are left out."
    return text + _censored(report)


def _censored(report: Report) -> str:
    count = report.main.found.result.censored
    if not count:
        return ""
    were = "trade was" if count == 1 else "trades were"
    return f" {count} {were} still open at the end (censored): how far they went on is not known."


def funding_caption(report: Report) -> str:
    """Return what funding came to."""
    total, currency = funding_quote(report.main), report.main.found.result.currency
    amount = (
        "Funding is not recorded for every trade, so the sum is unknown."
        if isnan(total)
        else f"{abs(total):,.2f} {currency} {'received' if total > 0 else 'paid'} in total."
    )
    return f"{amount} A line that falls steadily is a cost of the side that the strategy prefers."
