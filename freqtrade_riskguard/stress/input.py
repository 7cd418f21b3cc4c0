"""What ``riskguard stress`` needs to know of an account: the schema of its JSON file."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from freqtrade_riskguard.config_types import Ratio, Section
from freqtrade_riskguard.risk import AssetClass, asset_class


def _printable(name: str) -> str:
    if not name.isprintable():
        raise ValueError("must hold no control characters")
    return name


# Beyond that a price or an amount is a mistake, and what is computed of it may be infinite.
_SMALLEST, _LARGEST = 1e-18, 1e18
# More positions than any bot holds; each is held against each other.
_MOST = 200
Positive = Annotated[float, Field(ge=_SMALLEST, le=_LARGEST)]
NotNegative = Annotated[float, Field(ge=0, le=_LARGEST)]
Name = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_printable)]
Correlation = Annotated[float, Field(ge=-1, le=1)]
ClassName = Literal["stablecoin", "btc", "eth", "large_cap", "small_cap"]


class HeldPosition(Section):
    """An open position."""

    pair: Name
    side: Literal["long", "short"]
    open_rate: Positive = Field(description="average entry price")
    amount: Positive = Field(description="size in base units, unsigned")
    margin_quote: Positive = Field(description="initial margin (freqtrade's stake_amount)")
    rate: Positive = Field(description="present price")
    leverage: Annotated[float, Field(gt=0, le=200)] | None = Field(
        default=None, description="default: amount * open_rate / margin_quote"
    )
    beta: Annotated[float, Field(ge=-100, le=100)] | None = Field(
        default=None, description="to the market (BTC); default 1"
    )
    maintenance_rate: Ratio | None = Field(
        default=None, description="maintenance margin / notional; default: the exchange's tiers"
    )
    market_max_leverage: Annotated[float, Field(ge=1, le=200)] | None = Field(
        default=None,
        description="the greatest leverage that the market allows; Hyperliquid's maintenance "
        "margin is half of the initial margin there",
    )
    daily_volatility: Annotated[float, Field(gt=0, lt=5)] | None = Field(
        default=None, description="standard deviation of a day's log returns; 0.03 is 3 %"
    )
    edge_ratio: Annotated[float, Field(ge=-1, le=1)] | None = Field(
        default=None,
        description="expected return, a fraction of the notional, costs included; for the "
        "allocation of the linear programme",
    )
    liquidation_price: NotNegative = Field(default=0.0, description="the exchange's; 0 for none")
    added_margin_quote: NotNegative = Field(
        default=0.0, description="isolated margin that was added after the entry"
    )

    @property
    def direction(self) -> int:
        """+1 for long, -1 for short."""
        return 1 if self.side == "long" else -1

    @property
    def is_market(self) -> bool:
        """Whether it is a position in what betas are measured against."""
        return self.pair.startswith("BTC/")

    @property
    def name(self) -> str:
        """What tables call it."""
        return f"{self.pair} {self.side}"


class HeldCollateral(Section):
    """An asset that backs the account."""

    asset: Name
    amount: NotNegative = Field(description="in its own units")
    price: NotNegative = Field(description="in the currency of the account")
    kind: ClassName | None = Field(default=None, description="default: by the asset's name")

    @property
    def asset_class(self) -> AssetClass:
        """Its class: the one given, else by name; what nobody knows is a small cap."""
        return asset_class(self.asset) if self.kind is None else AssetClass[self.kind.upper()]


class PairCorrelation(Section):
    """How two pairs move together in normal times."""

    pairs: Annotated[tuple[Name, Name], Field(strict=False)]
    correlation: Correlation


class MarketState(Section):
    """The market (BTC) over the last day; a falling one asks for more margin."""

    daily_move: Annotated[float, Field(gt=-1, lt=10)] = Field(description="-0.12: fell by 12 %")
    daily_volatility: Annotated[float, Field(gt=0, lt=5)]


class StressInput(Section):
    """An account with its open positions."""

    equity_quote: Positive = Field(
        description="marked to market: wallet with all collateral, and open profit"
    )
    positions: Annotated[tuple[HeldPosition, ...], Field(strict=False, max_length=_MOST)]
    collateral: Annotated[tuple[HeldCollateral, ...], Field(strict=False, max_length=_MOST)] = (
        Field(default=(), description="default: all of it in the currency of the account")
    )
    other_collateral: Annotated[
        tuple[HeldCollateral, ...], Field(strict=False, max_length=_MOST)
    ] = Field(
        default=(),
        description="coins that equity_quote does not hold and that may stand behind positions in "
        "cross margin: they count as what a forced sale after a fall of 20 % leaves",
    )
    multi_assets: bool | None = Field(
        default=None,
        description="whether other_collateral stands behind positions (Binance: multi-assets "
        "mode); unless true it counts as nothing",
    )
    margin_mode: Literal["isolated", "cross"] = Field(
        default="isolated",
        description="isolated: a position can lose its own margin only; cross: all positions share "
        "the equity",
    )
    currency: Name = "USDT"
    exchange: Name | None = Field(
        default=None,
        description="freqtrade's name of it: its rule is used, on Binance with the tiers that "
        "freqtrade ships",
    )
    correlations: Annotated[
        tuple[PairCorrelation, ...], Field(strict=False, max_length=_MOST**2)
    ] = Field(default=(), description="of pairs; what is not given is taken as 0.9")
    market: MarketState | None = None

    @model_validator(mode="after")
    def _names_its_pairs(self) -> Self:
        held = {position.pair for position in self.positions}
        for known in self.correlations:
            for pair in known.pairs:
                if pair not in held:
                    raise ValueError("correlations must name pairs of the positions only")
        return self
