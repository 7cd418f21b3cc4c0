"""What to read from each figure of a report."""

from math import isnan

from freqtrade_riskguard.analysis.figures.excursions import is_in_atr
from freqtrade_riskguard.analysis.report_data import Report
from freqtrade_riskguard.analysis.summary import funding_quote

EQUITY = (
    "Solid: closed trades. Dotted: candle close, with open positions at market price; where it "
    "runs far below the solid line, losing trades were being held. Triangles are pauses of "
    "entries, diamonds are steps of a ladder (hollow: in observe mode). Tap or point at one for "
    "its reason. A red dashed line is a halt."
)
RULES = (
    "To the right, extra losses without the rule; to the left, extra profits without it. Each rule "
    "is judged alone, with all others as they were, so the bars do not add up."
)
LEVERAGE = (
    "Each point is a trade, in the colour of the rule that limited its leverage. Tap or point at "
    "one for the leverage that was asked for and the reason for the limit."
)
DISTANCES = (
    "Each point is a trade at its entry. Below the dotted line liquidation comes before the stop, "
    "so the stop protects nothing. Points at the top have no liquidation price."
)
REACH = (
    "The share of trades that the market moved at least this far against, and the share whose stop "
    "or liquidation was within this distance. The further the blue line stays to the left of the "
    "others, the more room there was."
)
SURVIVAL = (
    "The share of trades that would have been liquidated at each leverage, with the same entries "
    "and exits. The gap between the lines is what a backtest's exact fills hide; a line that would "
    "need missing candles is left out."
)


def excursion_caption(report: Report) -> str:
    """Return what to read from the excursions."""
    text = (
        "Each point is a trade: to the right, how far the market moved against it before it "
        "closed; upwards, its profit in % of its notional. Winners far to the right were lucky; a "
        "stop between the winners and the losers would have paid."
    )
    if not is_in_atr(report.main.excursions):
        text += (
            " ATR is unknown, because candles are missing: distances are in % of the entry price."
        )
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
    return f" {count} {were} still open at the end (censored): how far they went on is unknown."


def funding_caption(report: Report) -> str:
    """Return what funding came to."""
    total, currency = funding_quote(report.main), report.main.found.result.currency
    amount = (
        "Funding is not recorded for every trade, so the sum is unknown."
        if isnan(total)
        else f"{abs(total):,.2f} {currency} {'received' if total > 0 else 'paid'} in total."
    )
    return f"{amount} A line that falls steadily is a cost of the side that the strategy prefers."
