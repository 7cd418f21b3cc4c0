"""A loss for freqtrade's hyperopt: log growth, with ruin priced in.

Copy the file to ``user_data/hyperopts`` of your bot and give ``--hyperopt-loss RiskGuardLoss``.

A backtest is one order of its trades, and hyperopt finds the settings that happened to be lucky in
it. So each epoch's trades are drawn again many times (in blocks, as trades that fall together
should stay together), and each of these paths counts by the logarithm of what it made of the
account. A path on which the account once fell by half is ruined: it counts as if 1 % were left,
whatever came after. The loss is the mean over all paths, with its sign turned.
"""

from typing import Any

import numpy as np
from freqtrade.optimize.hyperopt import IHyperOptLoss
from pandas import DataFrame

from freqtrade_riskguard.risk import block_bootstrap, mean_block_trades

# A fall from the peak that nobody trades on after, and what then counts as left of the account.
RUIN_DRAWDOWN = 0.5
LEFT_AFTER_RUIN = 0.01
# More paths give a finer figure, and take longer: 500 of 1,000 trades take some 30 milliseconds.
PATHS = 500


class RiskGuardLoss(IHyperOptLoss):
    """Prefer what lets the account grow, and price what may ruin it."""

    @staticmethod
    def hyperopt_loss_function(
        *, results: DataFrame, starting_balance: float, **_kwargs: Any
    ) -> float:
        """Return the mean log growth of the drawn paths, negative for growth."""
        profits = results.sort_values("close_date")["profit_abs"].to_numpy(dtype=float)
        balances = starting_balance + np.concatenate(([0.0], np.cumsum(profits)[:-1]))
        # An account that is used up cannot lose anything more.
        used_up = np.flatnonzero(balances <= 0.0)
        known = slice(0, used_up[0] if used_up.size else None)
        returns = profits[known] / balances[known]
        if not returns.size:
            return 0.0
        drawn = block_bootstrap(
            returns,
            length=returns.size,
            paths=PATHS,
            mean_block=mean_block_trades(returns.size),
        )
        ruined = drawn.max_drawdown_ratio >= RUIN_DRAWDOWN
        growth = np.where(ruined, np.log(LEFT_AFTER_RUIN), drawn.log_growth)
        return -float(np.mean(growth))
