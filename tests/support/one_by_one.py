"""freqtrade's command, but each backtest leaves its trades in a file of its own.

No statistics, which would take longer than a short backtest; and a backtest that crashes does not
end those after it.
"""

import logging
from typing import Any

from freqtrade.main import main
from freqtrade.optimize.backtesting import Backtesting

logger = logging.getLogger(__name__)

_backtest_one_strategy = Backtesting.backtest_one_strategy


def _backtest_to_file(self: Backtesting, strategy: Any, *args: Any) -> tuple[None, None]:
    name = strategy.get_strategy_name()
    try:
        _backtest_one_strategy(self, strategy, *args)
    except Exception:
        logger.exception("CRASHED")
        return None, None
    trades = self.all_bt_content.pop(name)["results"]
    trades.to_json(self.config["user_data_dir"] / f"{name}.trades.json", orient="records")
    return None, None


if __name__ == "__main__":
    Backtesting.backtest_one_strategy = _backtest_to_file  # type: ignore[assignment,method-assign]
    main()  # exits with its status
