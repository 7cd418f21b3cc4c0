"""RiskGuard keeps a leveraged freqtrade bot alive.

Importing the package makes its protections (``CircuitBreaker``, ``DailyLoss``, ``WeeklyLoss``,
``EquityDrawdown``, ``FundingBreaker``) usable by name in any strategy's ``protections``. It does
not load freqtrade: that happens when :class:`RiskGuard` is asked for.
"""

from freqtrade_riskguard.adapters.startup.protection_resolver import install_protections
from freqtrade_riskguard.lazy_exports import exported

__version__ = "0.1.0"
__all__ = ["RiskGuard", "RiskGuardConfig", "__version__"]

# As in adapters/protection_resolver.py: nothing is imported here that can wait.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from freqtrade_riskguard.config import RiskGuardConfig
    from freqtrade_riskguard.strategy import RiskGuard
else:
    __getattr__, __dir__ = exported(
        __name__,
        {
            "RiskGuard": "freqtrade_riskguard.strategy",
            "RiskGuardConfig": "freqtrade_riskguard.config",
        },
    )

install_protections()
