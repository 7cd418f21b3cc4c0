"""How large a position may be, by the guard's own rules, without a bot.

Its rules are asked as a bot asks them, with an account that holds nothing else.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import nan
from typing import ClassVar

from freqtrade_riskguard.config import load_config
from freqtrade_riskguard.config.schema import RiskGuardConfig
from freqtrade_riskguard.entry_report.size_input import SizeInput, tiers_of
from freqtrade_riskguard.formatting import percent
from freqtrade_riskguard.risk import (
    Edge,
    effective_liquidation_price,
    floor_leverage,
    liquidation_distance,
)
from freqtrade_riskguard.rules.base import Cap, LeverageRule
from freqtrade_riskguard.rules.leverage.hard_cap import HardCap
from freqtrade_riskguard.rules.leverage.liquidation_distance import LiquidationDistance
from freqtrade_riskguard.rules.leverage.regime_cap import RegimeCap
from freqtrade_riskguard.rules.stake.fixed_risk import FixedRisk
from freqtrade_riskguard.rules.stake.position_cap import PositionCap
from freqtrade_riskguard.rules.stop.liquidation_buffer import LiquidationBuffer
from freqtrade_riskguard.snapshot import Account, Entry, Market, Position
from freqtrade_riskguard.venues import MarketTiers, VenueRule, venue_of

_ROUNDING = 1e-9
_NO_TRADES = Edge(trades=0, wins=0, mean_win=0.0, mean_loss=0.0)
# None of the rules that are asked reads it.
_NO_TIME = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionSize:
    """A position of the size that the guard's rules leave; the fields are the keys of its JSON.

    Attributes
    ----------
    asked_leverage : float or None
        None where the largest was asked for.
    leverage : float
        What the exchange would set, and all other figures are for.
    largest_leverage : float
        The most that the rules allow.
    is_allowed : bool
        Whether the rules allow `leverage`.
    leverage_why, stake_why : str
        What decided.
    quantity : float
        Base units, before rounding to the exchange's lot.
    contracts : float
        NaN where the size of a contract was not given.
    liquidation_price : float
        NaN where there is none.
    liquidation_distance_ratio : float
        From the entry to the liquidation price with slippage; 1 where there is none.
    liquidation_stop_price : float
        The guard's own stop in front of liquidation; NaN where there is none.
    loss_quote, loss_ratio : float
        At the stop with fees and slippage, before gaps; and over equity.
    """

    pair: str
    side: str
    venue: str
    liquidation_rule: str
    currency: str
    entry: float
    stop: float
    stop_distance_ratio: float
    equity_quote: float
    profile: str
    asked_leverage: float | None
    leverage: float
    largest_leverage: float
    is_allowed: bool
    leverage_why: str
    stake_quote: float
    stake_why: str
    notional_quote: float
    quantity: float
    contracts: float
    liquidation_price: float
    liquidation_distance_ratio: float
    liquidation_stop_price: float
    loss_quote: float
    loss_ratio: float
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _GivenStop:
    """The stop that was given, as the rules ask for one."""

    name: ClassVar[str] = "stop"

    price: float

    def stop_price(self, position: Position) -> float:
        """Return it, whatever the position."""
        return self.price


class _Sizing:
    """The rules of a profile, asked about one position at any leverage."""

    def __init__(
        self, given: SizeInput, config: RiskGuardConfig, market: Market, account: Account
    ) -> None:
        self._given, self._market, self._account = given, market, account
        self.fixed_risk = FixedRisk(given.risk, config.fixed_risk.slippage)
        caps = config.position_cap
        self._position_cap = PositionCap(caps.max_position, caps.max_total)
        self._leverage_rules: list[LeverageRule] = [
            HardCap(config.max_leverage, config.profile),
            LiquidationDistance(
                min_distance_ratio=config.liquidation_distance.min_distance,
                sigmas=config.liquidation_distance.sigmas,
                slippage_ratio=config.liquidation.slippage,
                stops=(_GivenStop(given.stop),),
            ),
        ]
        if given.volatility is not None:
            self._leverage_rules.append(RegimeCap(config.regime_cap.table()))

    def entry(self, leverage: float) -> Entry:
        """Return the entry with the stake that the rules leave at a leverage."""
        unsized = Entry(
            time=_NO_TIME,
            market=self._market,
            account=self._account,
            edge=_NO_TRADES,
            side=self._given.direction,
            rate=self._given.entry,
            leverage=leverage,
            stake_quote=0.0,
            own_stop_ratio=nan,
            stop_price=self._given.stop,
        )
        return replace(unsized, stake_quote=self.stake(unsized).limit)

    def stake(self, entry: Entry) -> Cap:
        """Return the smaller of what the risk and what one position's share allow."""
        caps = (self.fixed_risk.max_stake(entry), self._position_cap.max_stake(entry))
        return min(caps, key=lambda cap: cap.limit)

    def leverage_cap(self, entry: Entry) -> Cap:
        """Return the smallest of the caps on leverage for an entry of that size."""
        return min(self._caps(entry), key=lambda cap: cap.limit)

    def _caps(self, entry: Entry) -> Iterator[Cap]:
        for rule in self._leverage_rules:
            cap = rule.max_leverage(entry)
            if cap is not None:
                yield cap
        position = entry.position()
        of_tier = position.tiers.tier_at(position.notional_quote).max_leverage
        told = self._given.market_leverage or of_tier
        yield Cap(min(told, of_tier), f"the exchange's maximum of {min(told, of_tier):g}x")

    def largest(self) -> Cap:
        """Return the largest leverage that is allowed with the stake that it leaves itself.

        A lower leverage needs a larger stake for the same loss, and a larger stake allows less:
        so it is looked for from above, where each step down is final.
        """
        found = self._leverage_rules[0].max_leverage(self.entry(1.0)) or Cap(1.0, "")
        while True:
            cap = self.leverage_cap(self.entry(found.limit))
            if self.allows(found.limit, cap):
                return found
            if cap.limit < 1.0 - _ROUNDING:
                return Cap(0.0, cap.why)
            found = Cap(floor_leverage(cap.limit, self._market.leverage_steps), cap.why)

    def allows(self, leverage: float, cap: Cap) -> bool:
        """Return whether a leverage that the exchange can set is within a cap."""
        steps = self._market.leverage_steps
        return cap.limit >= 1.0 - _ROUNDING and floor_leverage(cap.limit, steps) >= leverage


def position_size(given: SizeInput) -> PositionSize:
    """Return how large a position may be.

    Raises
    ------
    SizeInputError
        For tiers that cannot be read.
    """
    venue, found = venue_of(given.venue), tiers_of(given)
    config = load_config({"profile": given.profile})
    steps = round(1 / venue.leverage_step)
    market = Market(
        pair=given.pair,
        tiers=found.tiers,
        taker_fee=given.fee,
        # Without one, only the distance in per cent and the stop count.
        daily_volatility=given.volatility or 0.0,
        atr=nan,
        leverage_steps=steps,
    )
    sizing = _Sizing(given, config, market, _account(given.equity))
    largest = sizing.largest()
    leverage = max(largest.limit, 1.0)
    if given.leverage is not None:
        leverage = floor_leverage(given.leverage, steps)
    entry = sizing.entry(leverage)
    position, cap = entry.position(), sizing.leverage_cap(entry)
    is_allowed = sizing.allows(leverage, cap)
    slippage_ratio, price = config.liquidation.slippage, position.liquidation_price
    loss_quote = sizing.fixed_risk.loss_quote(entry)
    return PositionSize(
        pair=given.pair,
        side=given.side,
        venue=venue.title,
        liquidation_rule=venue.statement,
        currency=given.currency,
        entry=given.entry,
        stop=given.stop,
        stop_distance_ratio=given.direction * (given.entry - given.stop) / given.entry,
        equity_quote=given.equity,
        profile=given.profile,
        asked_leverage=given.leverage,
        leverage=leverage,
        largest_leverage=largest.limit,
        is_allowed=is_allowed,
        leverage_why=largest.why if is_allowed else cap.why,
        stake_quote=entry.stake_quote,
        stake_why=sizing.stake(entry).why,
        notional_quote=position.notional_quote,
        quantity=position.amount,
        contracts=position.amount / (given.contract_size or nan),
        liquidation_price=price or nan,
        liquidation_distance_ratio=liquidation_distance(
            given.entry,
            effective_liquidation_price(price, given.direction, slippage_ratio),
            given.direction,
        ),
        liquidation_stop_price=LiquidationBuffer(slippage_ratio).stop_price(position),
        loss_quote=loss_quote,
        loss_ratio=loss_quote / given.equity,
        notes=tuple(_notes(given, venue, found, leverage)),
    )


def _account(equity_quote: float) -> Account:
    return Account(
        time=_NO_TIME,
        equity_quote=equity_quote,
        wallet_quote=equity_quote,
        day_start_equity_quote=equity_quote,
        open_trades=0,
        funding_paid_quote=0.0,
        basis="given",
        free_quote=equity_quote,
    )


def _notes(
    given: SizeInput, venue: VenueRule, found: MarketTiers, leverage: float
) -> Iterator[str]:
    if found.why_careful:
        rate = percent(found.tiers.of_position(0.0, given.entry).rates[0])
        yield (
            f"{found.why_careful}: maintenance margin is taken by the careful rule, {rate} of the "
            f"smallest positions.{_remedy(given, venue)}"
        )
    if given.leverage is not None and leverage != given.leverage:
        yield f"{venue.title} sets {leverage:g}x where {given.leverage:g}x is asked for."
    if given.volatility is None:
        yield (
            "Volatility is not given: the caps by regime and by daily sigmas are not in these "
            "figures."
        )


def _remedy(given: SizeInput, venue: VenueRule) -> str:
    if venue.maintenance == "market":
        return " Give --market-leverage."
    if given.tiers is None:
        return " Give --tiers."
    return " Give --contract-size." if venue.is_known else ""
