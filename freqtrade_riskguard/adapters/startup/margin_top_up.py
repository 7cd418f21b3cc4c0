"""Where ``margin_top_up`` is set and does nothing: said at the start."""

import logging

from freqtrade.strategy import IStrategy

from freqtrade_riskguard.adapters.live.margin_top_up import venue_problem
from freqtrade_riskguard.adapters.run_mode import trades_real_money
from freqtrade_riskguard.config import RiskGuardConfig

logger = logging.getLogger(__name__)


def note_no_exchange(settings: RiskGuardConfig, strategy: IStrategy) -> None:
    """Say in the log of a backtest, hyperopt or dry-run that no margin is ever added there."""
    if settings.margin_top_up.max_share is not None and not trades_real_money(strategy.config):
        logger.info(
            "RiskGuard: margin_top_up does nothing here: only a bot that trades for money has an "
            "exchange to add margin on."
        )


def unusable_top_up(settings: RiskGuardConfig, strategy: IStrategy) -> str | None:
    """Return why a bot that trades for money can add no margin; None where it can, or is not to."""
    if settings.margin_top_up.max_share is None or not trades_real_money(strategy.config):
        return None
    problem = venue_problem(strategy)
    if problem is None:
        return None
    return f"margin_top_up does nothing: {problem}. Set margin_top_up.max_share to null."
