"""RiskGuard keeps a leveraged freqtrade bot alive.

Importing the package makes its protections (``CircuitBreaker``, ``DailyLoss``, ``WeeklyLoss``,
``EquityDrawdown``, ``FundingBreaker``) usable by name in any strategy's ``protections``.
"""

from freqtrade_riskguard.adapters.protection_resolver import install_protections
from freqtrade_riskguard.config import RiskGuardConfig
from freqtrade_riskguard.strategy import RiskGuard

__version__ = "0.1.0"
__all__ = ["RiskGuard", "RiskGuardConfig", "__version__"]

install_protections()
