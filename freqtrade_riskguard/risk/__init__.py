"""The risk mathematics: floats and arrays in, floats and arrays out.

Nothing here knows freqtrade, reads a clock, touches a file or logs. Sides are +1 (long) and -1
(short), ratios are fractions, prices and money are in quote units. *Unknown* is NaN, and is
answered with the side that risks less.
"""

from freqtrade_riskguard.risk.account import (
    DEFAULT_LIMITS,
    AccountLevel,
    AccountLimits,
    account_cut_ratio,
    account_level,
    smallest_first_cuts,
)
from freqtrade_riskguard.risk.account_health import AccountHealth, Light, account_health
from freqtrade_riskguard.risk.allocation import best_allocation, kelly_exposures
from freqtrade_riskguard.risk.betas import UNKNOWN_BETA, beta
from freqtrade_riskguard.risk.bootstrap import BootstrapPaths, block_bootstrap, mean_block_trades
from freqtrade_riskguard.risk.borrowed import Borrowed
from freqtrade_riskguard.risk.candle_path import CandleLeg, FloorTouch, equity_floor_touch
from freqtrade_riskguard.risk.clustering import effective_trades, gain_probability
from freqtrade_riskguard.risk.collateral import (
    AssetClass,
    Holding,
    asset_class,
    stablecoin_share,
    stressed_collateral,
)
from freqtrade_riskguard.risk.correlation import (
    nearest_correlation,
    shrunk_correlation,
    stressed_correlation,
)
from freqtrade_riskguard.risk.cross_liquidation import CrossPosition, cross_liquidation_price
from freqtrade_riskguard.risk.distance import (
    effective_liquidation_price,
    liquidation_distance,
    simple_liquidation_price,
)
from freqtrade_riskguard.risk.drawdown import (
    TrailingEquityStop,
    drawdown_stake_factor,
    ladder_cut_ratio,
    loss_left_quote,
)
from freqtrade_riskguard.risk.edge import Edge, EdgeState
from freqtrade_riskguard.risk.edge_book import EdgeBook
from freqtrade_riskguard.risk.edge_estimator import EdgeEstimator
from freqtrade_riskguard.risk.equity import (
    EquityTrack,
    account_equity,
    start_equity,
    turn_back_equity,
    update_equity,
)
from freqtrade_riskguard.risk.evidence import NO_EVIDENCE, Evidence
from freqtrade_riskguard.risk.excursions import (
    DEFAULT_MULTIPLES,
    StopHitRates,
    adverse_excursion,
    favourable_excursion,
    stop_hit_rates,
)
from freqtrade_riskguard.risk.exposure import gross_exposure, net_exposure
from freqtrade_riskguard.risk.fill_stress import (
    DEFAULT_SLIPPAGES,
    FilledTrade,
    FillStress,
    fill_stress,
)
from freqtrade_riskguard.risk.funding import (
    funding_intervals_hours,
    normalise_funding_rate_8h,
    paid_rate_8h,
    paying,
    paying_streak,
)
from freqtrade_riskguard.risk.funding_cost import (
    funding_days_left,
    funding_drain_ratio,
    settlement_cost_ratio,
)
from freqtrade_riskguard.risk.growth import record_exposure
from freqtrade_riskguard.risk.isolated_stress import (
    RUIN_RATIO,
    IsolatedOutcome,
    is_beyond,
    isolated_outcome,
)
from freqtrade_riskguard.risk.joint_liquidation import (
    FALL,
    RISE,
    JointLiquidation,
    MarketMove,
    joint_liquidation,
)
from freqtrade_riskguard.risk.kelly import (
    break_even_probability,
    growth_optimal_exposure,
    kelly_risk_fraction,
    shrunk_win_probability,
    wilson_interval,
)
from freqtrade_riskguard.risk.ladders import (
    DRAWDOWN_LADDER,
    MARGIN_LADDER,
    Ladder,
    LadderMove,
    Step,
)
from freqtrade_riskguard.risk.leverage import (
    conviction_cap,
    floor_leverage,
    leverage_for_exposure,
    losing_leverage_cap,
    scaled_target_leverage,
    volatility_target_exposure,
)
from freqtrade_riskguard.risk.liquidation import NO_LIQUIDATION, bankruptcy_price, liquidation_price
from freqtrade_riskguard.risk.liquidation_array import liquidation_prices
from freqtrade_riskguard.risk.liquidation_cap import max_leverage_for_stop
from freqtrade_riskguard.risk.liquidation_leverage import (
    distance_for_leverage,
    max_leverage_for_distance,
    max_leverage_for_liquidation_at,
)
from freqtrade_riskguard.risk.margin import (
    Health,
    MarginStop,
    distance_health,
    maintenance_cover,
    margin_left,
    margin_stop,
    position_equity,
)
from freqtrade_riskguard.risk.market import MarketRegime, market_regime
from freqtrade_riskguard.risk.portfolio import (
    covariance_matrix,
    marginal_volatility,
    portfolio_volatility,
    risk_shares,
    volatility_contributions,
)
from freqtrade_riskguard.risk.position_funding import (
    FundingShares,
    funding_shares,
    realised_funding_quote,
)
from freqtrade_riskguard.risk.regimes import DEFAULT_REGIMES, Regime, RegimeTable
from freqtrade_riskguard.risk.risk_parity import risk_parity_weights
from freqtrade_riskguard.risk.scenarios import (
    DEFAULT_MOVES,
    Exposure,
    StressResult,
    scenario_profits,
    stress_test,
)
from freqtrade_riskguard.risk.sizing import (
    fixed_risk_stake,
    loss_ratio_at_stop,
    planned_loss,
    stake_for_loss,
)
from freqtrade_riskguard.risk.stake_caps import (
    exposure_cap_stake,
    gross_exposure_cap,
    net_exposure_cap,
    position_cap,
    reserve_cap,
    total_margin_cap,
)
from freqtrade_riskguard.risk.stop_conversion import stop_price_from_ratio, stop_ratio
from freqtrade_riskguard.risk.stops import (
    atr_stop_price,
    liquidation_stop_price,
    nearest_stop,
    percent_stop_price,
)
from freqtrade_riskguard.risk.survival import (
    DEFAULT_LEVERAGES,
    survival_shares,
    survived_leverage,
    surviving_leverage,
)
from freqtrade_riskguard.risk.tiers import Tier, TierRow, TierTable
from freqtrade_riskguard.risk.transfers import lasting_transfer, transfer_equity
from freqtrade_riskguard.risk.true_range import atr
from freqtrade_riskguard.risk.volatility import (
    log_returns,
    realised_volatility,
    scale_volatility,
)
from freqtrade_riskguard.risk.volatility_budget import max_added_exposure
from freqtrade_riskguard.risk.whole_position_tiers import MarginTiers, WholePositionTiers

# packed: one name a line would make this longer than any other file here
# fmt: off
__all__ = [
    "DEFAULT_LEVERAGES", "DEFAULT_LIMITS", "DEFAULT_MOVES", "DEFAULT_MULTIPLES", "DEFAULT_REGIMES",
    "DEFAULT_SLIPPAGES", "DRAWDOWN_LADDER", "FALL", "MARGIN_LADDER", "NO_EVIDENCE",
    "NO_LIQUIDATION", "RISE", "RUIN_RATIO", "UNKNOWN_BETA", "AccountHealth", "AccountLevel",
    "AccountLimits", "AssetClass", "BootstrapPaths", "Borrowed", "CandleLeg", "CrossPosition",
    "Edge", "EdgeBook", "EdgeEstimator", "EdgeState", "EquityTrack", "Evidence", "Exposure",
    "FillStress", "FilledTrade", "FloorTouch", "FundingShares", "Health", "Holding",
    "IsolatedOutcome", "JointLiquidation", "Ladder", "LadderMove", "Light", "MarginStop",
    "MarginTiers", "MarketMove", "MarketRegime", "Regime", "RegimeTable", "Step", "StopHitRates",
    "StressResult", "Tier", "TierRow", "TierTable",
    "TrailingEquityStop", "WholePositionTiers", "account_cut_ratio", "account_equity",
    "account_health", "account_level", "adverse_excursion", "asset_class", "atr", "atr_stop_price",
    "bankruptcy_price", "best_allocation", "beta", "block_bootstrap", "break_even_probability",
    "conviction_cap", "covariance_matrix", "cross_liquidation_price", "distance_for_leverage",
    "distance_health", "drawdown_stake_factor", "effective_liquidation_price", "effective_trades",
    "equity_floor_touch", "exposure_cap_stake", "favourable_excursion", "fill_stress",
    "fixed_risk_stake", "floor_leverage", "funding_days_left", "funding_drain_ratio",
    "funding_intervals_hours", "funding_shares", "gain_probability", "gross_exposure",
    "gross_exposure_cap", "growth_optimal_exposure", "is_beyond", "isolated_outcome",
    "joint_liquidation", "kelly_exposures", "kelly_risk_fraction", "ladder_cut_ratio",
    "lasting_transfer", "leverage_for_exposure", "liquidation_distance", "liquidation_price",
    "liquidation_prices", "liquidation_stop_price", "log_returns", "losing_leverage_cap",
    "loss_left_quote", "loss_ratio_at_stop", "maintenance_cover", "margin_left", "margin_stop",
    "marginal_volatility", "market_regime", "max_added_exposure", "max_leverage_for_distance",
    "max_leverage_for_liquidation_at", "max_leverage_for_stop", "mean_block_trades",
    "nearest_correlation", "nearest_stop", "net_exposure", "net_exposure_cap",
    "normalise_funding_rate_8h", "paid_rate_8h", "paying", "paying_streak", "percent_stop_price",
    "planned_loss", "portfolio_volatility", "position_cap", "position_equity",
    "realised_funding_quote", "realised_volatility", "record_exposure", "reserve_cap",
    "risk_parity_weights", "risk_shares", "scale_volatility", "scaled_target_leverage",
    "scenario_profits", "settlement_cost_ratio", "shrunk_correlation", "shrunk_win_probability",
    "simple_liquidation_price", "smallest_first_cuts", "stablecoin_share", "stake_for_loss",
    "start_equity", "stop_hit_rates", "stop_price_from_ratio", "stop_ratio", "stress_test",
    "stressed_collateral", "stressed_correlation", "survival_shares", "survived_leverage",
    "surviving_leverage", "total_margin_cap", "transfer_equity", "turn_back_equity",
    "update_equity", "volatility_contributions", "volatility_target_exposure", "wilson_interval",
]
# fmt: on
