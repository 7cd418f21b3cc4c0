"""A guarded strategy that throws its guard away at random candles, as a bot does that restarts."""

import copy
import json
import os
import random
from dataclasses import replace

from reckless import Reckless  # type: ignore[import-not-found]

from freqtrade_riskguard import RiskGuard
from freqtrade_riskguard.adapters.backtests import summary_hook as backtest_summary
from freqtrade_riskguard.adapters.bot.journal_file import journal_path
from freqtrade_riskguard.adapters.bot.session import Session
from freqtrade_riskguard.adapters.persistence.state_store import InMemoryStore
from freqtrade_riskguard.adapters.startup.checks import checked_config


def _kept(memory: InMemoryStore) -> InMemoryStore:
    """Return what a database would have kept: plain values, and nothing else."""
    for key in list(memory._later):
        memory.get(key)
    again = InMemoryStore()
    again._account = json.loads(json.dumps(memory._account))
    again._trades = {n: json.loads(json.dumps(v)) for n, v in memory._trades.items()}
    return again


class Uninterrupted(RiskGuard, Reckless):  # type: ignore[misc]
    """The run that never stops."""

    restarts = 0

    def bot_start(self, **kwargs):
        chosen = random.Random(int(os.environ.get("RESTART_SEED", "1")))  # noqa: S311 - no secret
        self.restart_at = set(chosen.sample(range(200, 5_000), self.restarts))
        self.loops = 0

    def bot_loop_start(self, current_time, **kwargs):
        self.loops += 1
        if self.loops in self.restart_at:
            memory, last_loop = self._riskguard.memory, self._riskguard._last_loop
            assert isinstance(memory, InMemoryStore)
            assert last_loop is not None
            self._riskguard = Session(checked_config(copy.deepcopy(self.config)))
            self._riskguard.resume(self, _kept(memory), last_loop)
            path = journal_path(self._riskguard.settings, self.config)
            self._riskguard.journal.start_run(path, anew=False)
            # The guard that is gone has no say at the end.
            runs, name = backtest_summary._runs, self.get_strategy_name()
            runs[name] = replace(
                runs[name],
                journal=self._riskguard.journal,
                note_locks=self._riskguard.account_manager.actions.note_last_locks,
            )


class Restarted(Uninterrupted):
    """The same, with fifty restarts."""

    restarts = 50
