"""The schema of ``config["riskguard"]``."""

from freqtrade_riskguard.config.loading import load_config
from freqtrade_riskguard.config.schema import RiskGuardConfig

__all__ = ["RiskGuardConfig", "load_config"]
