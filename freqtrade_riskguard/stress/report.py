"""The report of ``riskguard stress``: the fields are the keys of its JSON document."""

from dataclasses import dataclass

from freqtrade_riskguard.risk import AccountHealth


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionStress:
    """One position.

    Attributes
    ----------
    margin_left_ratio : float
        1 at entry, 0 at liquidation.
    liquidation_price, liquidation_distance_ratio : float
        By the account's margin mode; price NaN where there is none.
    health : str
        ``ok``, ``warning`` (nearer than 10 %) or ``critical`` (5 %).
    beyond_liquidation : bool
        Whether it is at or beyond its liquidation price now.
    worst_profit_quote : float
        In the account's worst scenario; an isolated position loses at most its margin and profit.
    risk_share_ratio : float
        Of the portfolio's volatility with stressed correlations; NaN where unknown.
    """

    pair: str
    side: str
    rate: float
    notional_quote: float
    margin_quote: float
    leverage: float
    beta: float
    maintenance_quote: float
    margin_left_ratio: float
    liquidation_price: float
    liquidation_distance_ratio: float
    health: str
    beyond_liquidation: bool
    worst_profit_quote: float
    risk_share_ratio: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioRow:
    """The account after one move of the market.

    Attributes
    ----------
    collateral_loss_quote : float
        What its collateral loses: in a falling market it counts as what a forced sale leaves.
    maintenance_quote, cover : float
        Maintenance margin of the positions that are left, and equity (with what other coins count
        as) over it: in cross margin the account is liquidated at or below 1.
    liquidated : tuple of str
        Positions that would be liquidated: in cross margin all of them or none.
    """

    move_ratio: float
    profit_quote: float
    collateral_loss_quote: float
    equity_quote: float
    maintenance_quote: float
    cover: float
    liquidated: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CollateralRow:
    """One asset: what it is worth, and what a forced sale after a fall of 20 % would leave."""

    asset: str
    kind: str
    value_quote: float
    haircut_ratio: float
    stressed_quote: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseStep:
    """One position to close, after those before it.

    Attributes
    ----------
    loss_quote : float
        What it adds to the loss in the worst scenario; negative for a hedge.
    loss_per_margin : float
        The same for each unit of margin that closing it frees.
    survival_after, equity_left_quote : float
        Smallest cover and smallest equity of all scenarios once it is closed.
    """

    pair: str
    side: str
    loss_quote: float
    margin_quote: float
    loss_per_margin: float
    survival_after: float
    equity_left_quote: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocationRow:
    """One position beside the sizes that it could have; weights are notional over equity.

    Attributes
    ----------
    risk_share_ratio : float
        Of the portfolio's volatility with stressed correlations; negative for a hedge.
    risk_parity_weight_ratio : float
        At which all positions have the same share of the risk, together as large as they are now.
    programme_weight_ratio : float
        Of the linear programme; NaN where no edge is known.
    cut_quote : float
        Notional above its weight of equal risk.
    """

    pair: str
    side: str
    weight_ratio: float
    risk_share_ratio: float
    risk_parity_weight_ratio: float
    programme_weight_ratio: float
    cut_quote: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StressReport:
    """An account under stress. Ratios are fractions; NaN is unknown (JSON: null).

    Attributes
    ----------
    survives : bool
        Whether every scenario leaves more equity than maintenance margin, isolated accounts also
        at least a tenth of their equity, and no position is beyond its liquidation price now.
    margin_mode : str
        ``isolated`` or ``cross``.
    survival : float
        The smallest cover of all scenarios; infinite without positions (JSON: null).
    worst_move_ratio, worst_loss_quote, equity_left_quote : float
        The scenario that takes most, what positions and collateral lose in it together, and what
        it leaves.
    stress_margin_quote : float
        1.25 times that loss: equity to keep for it.
    joint_fall_ratio, joint_rise_ratio : float
        The fall and the rise of the market that liquidate an account in cross margin, each position
        moving by its beta, and what wins by half of it; infinite for none (JSON: null), NaN in
        isolated margin.
    other_collateral_quote : float
        What coins beside the equity count as, in cross margin; held in ``collateral``, too.
    margin_multiple : float
        On the maintenance margin, by the market's state.
    volatility_per_year, stressed_volatility_per_year : float
        Of the account, a fraction of the equity.
    stressed_correlation : tuple of tuple of float
        By position, in the order of ``positions``.
    close_first : tuple of CloseStep
        Every position, in the order in which closing it helps most.
    allocation : tuple of AllocationRow
        Every position, the one first that is furthest above its weight of equal risk.
    """

    survives: bool
    survival: float
    margin_mode: str
    currency: str
    equity_quote: float
    worst_move_ratio: float
    worst_loss_quote: float
    equity_left_quote: float
    stress_margin_quote: float
    joint_fall_ratio: float
    joint_rise_ratio: float
    other_collateral_quote: float
    market_regime: str
    margin_multiple: float
    account_level: str
    gross_exposure_ratio: float
    net_exposure_ratio: float
    net_notional_quote: float
    health: AccountHealth
    lights: dict[str, str]
    volatility_per_year: float
    stressed_volatility_per_year: float
    stressed_correlation: tuple[tuple[float, ...], ...]
    scenarios: tuple[ScenarioRow, ...]
    positions: tuple[PositionStress, ...]
    collateral: tuple[CollateralRow, ...]
    stressed_collateral_quote: float
    stablecoin_share_ratio: float
    close_first: tuple[CloseStep, ...]
    allocation: tuple[AllocationRow, ...]
    warnings: tuple[str, ...]
