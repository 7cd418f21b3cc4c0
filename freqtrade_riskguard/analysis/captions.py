"""The captions of a report's figures."""

from math import isnan

from freqtrade_riskguard.analysis.figures.excursions import is_in_atr
from freqtrade_riskguard.analysis.report_data import Report
from freqtrade_riskguard.analysis.summary_rows import funding_quote
from freqtrade_riskguard.formatting import exact_money

EQUITY = (
    "Solid lines count closed trades. Dotted lines are the account at each candle close, open "
    "positions included: where the dotted line runs far below the solid one, the run was holding "
    "losing positions. Shaded: new entries were paused for the whole account, or the account was "
    "halted. Triangles mark pauses and diamonds steps of a ladder (hollow: in observe mode); point "
    "at one for its reason. The logarithmic scale shows equal percentages as equal heights."
)
RULES = (
    "Right: extra losses without the rule. Left: extra profits without the rule. Each bar changes "
    "one rule and leaves all others as they were, so the bars do not add up."
)
LEVERAGE = (
    "Each point is a trade, in the colour of the rule that set its leverage. Point at one to see "
    "the leverage that the strategy asked for and the reason for less."
)
DISTANCES = (
    "Each point is a trade. Below the dotted line the price reaches liquidation before the stop, "
    "so the stop protects nothing. Points at the top cannot be liquidated."
)
REACH = (
    "Blue: the share of trades in which the market moved this far against them, or less. Orange "
    "and red: the share whose stop or liquidation was this near, or nearer. The further blue stays "
    "to the left of the others, the more room the trades had."
)
SURVIVAL = (
    "The share of trades that each leverage would have liquidated, with the same entries and "
    "exits. The gap between the lines is the risk that a backtest's exact fills hide; a line that "
    "would need missing candles is left out."
)


def excursion_caption(report: Report) -> str:
    """Return what to read from the excursions."""
    text = (
        "Each point is a trade. Further right: the market moved further against it before it "
        "closed. Further up: more profit. Winners far to the right were lucky; a stop between the "
        "winners and the losers would have paid off."
    )
    if not is_in_atr(report.main.excursions):
        text += " Candles are missing, so ATR is unknown: moves are shown in % of the entry price."
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
    return f" {count} {were} still open at the end: how they would have gone on is unknown."


def _sum(quote: float) -> str:
    return f"{quote:,.2f}" if quote >= 1 else exact_money(quote)


def funding_caption(report: Report) -> str:
    """Return what funding came to."""
    total, currency = funding_quote(report.main), report.main.found.result.currency
    amount = (
        "Funding is not recorded for every trade, so the sum is unknown."
        if isnan(total)
        else f"{_sum(abs(total))} {currency} {'received' if total > 0 else 'paid'} in total."
    )
    return (
        f"{amount} A line that falls steadily means that the side the strategy prefers pays the "
        "other."
    )
