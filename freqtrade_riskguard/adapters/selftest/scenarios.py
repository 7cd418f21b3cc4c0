"""What freqtrade has to do: the answers that it is given, and what they have to bring about."""

from freqtrade_riskguard.adapters.selftest import entries, exits, locks

SCENARIOS = (*entries.SCENARIOS, *locks.SCENARIOS, *exits.SCENARIOS)
