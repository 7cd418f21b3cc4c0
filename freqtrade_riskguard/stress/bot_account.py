"""The account of a running bot, from its REST API."""

import logging
from typing import Annotated, Protocol, TypeVar

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from freqtrade_riskguard.rest_api import bot_status as status
from freqtrade_riskguard.rest_api.errors import BotAnswerError, BotRefusedError
from freqtrade_riskguard.risk import account_equity, beta, realised_volatility, shrunk_correlation
from freqtrade_riskguard.sanitize import escaped
from freqtrade_riskguard.snapshot import LEAST_RETURNS, market_pair
from freqtrade_riskguard.stress.input import (
    HeldCollateral,
    HeldPosition,
    MarketState,
    PairCorrelation,
    StressInput,
)

T = TypeVar("T")

_CANDLES = 1_000
_DAY_SECONDS = 86_400
# The one exchange where freqtrade trades an account whose other coins stand behind positions.
_MULTI_ASSETS = "binance"
_COLUMNS = ["date", "close"]

logger = logging.getLogger(__name__)


class BotClient(Protocol):
    """The part of freqtrade's REST client that is used."""

    def show_config(self) -> object:
        """Return the bot's configuration."""

    def balance(self) -> object:
        """Return what it holds."""

    def profit(self) -> object:
        """Return what it has won and lost."""

    def status(self) -> object:
        """Return its open trades."""

    def pair_candles(self, pair: str, timeframe: str, limit: int, columns: list[str]) -> object:
        """Return the last candles of a pair on its whitelist."""


# A month.
_LONGEST_CANDLE_MS = 31 * _DAY_SECONDS * 1_000
_NOT_CANDLES = BotAnswerError("answers what cannot be used: /pair_candles is not as expected")


class _Answer(BaseModel):
    # What is not read may change from version to version; what is read must be there.
    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class _Config(status.Config):
    timeframe: str | None = None
    timeframe_ms: Annotated[int, Field(ge=0, le=_LONGEST_CANDLE_MS)] = 0


class _Trade(status.OpenTrade):
    open_rate: float
    leverage: float | None
    liquidation_price: float | None = None


class _Candles(_Answer):
    columns: tuple[str, ...]
    data: tuple[tuple[str | int | float | None, ...], ...]


def read_account(client: BotClient, *, multi_assets: bool | None = None) -> StressInput:
    """Return a bot's account; what its candles do not tell is left unknown.

    Parameters
    ----------
    client : BotClient
        Asks the bot.
    multi_assets : bool, optional
        Whether other coins of its wallet stand behind its positions; None where nobody says.

    Raises
    ------
    BotError
        Where it does not answer, or lacks something that is needed.
    """
    config = _read(client.show_config(), TypeAdapter(_Config), "/show_config")
    balance = _read(client.balance(), TypeAdapter(status.Balance), "/balance")
    profit = _read(client.profit(), TypeAdapter(status.Profit), "/profit")
    trades = _read(client.status(), TypeAdapter(tuple[_Trade, ...]), "/status")
    base_quote = status.starting_capital_quote(config, balance, profit, trades)
    # An entry order that waits holds nothing yet.
    trades = tuple(trade for trade in trades if trade.amount > 0)
    market = market_pair(config.stake_currency)
    pairs = list(dict.fromkeys([market, *(trade.pair for trade in trades)]))
    is_measured = bool(trades) and bool(config.timeframe) and config.timeframe_ms > 0
    closes = _closes(client, pairs, str(config.timeframe)) if is_measured else pd.DataFrame()
    measured = _Measured(closes, market, (config.timeframe_ms or 1) / 1_000)
    try:
        return _account(
            config, balance, profit, trades, base_quote, measured, multi_assets=multi_assets
        )
    except ValidationError as error:
        raise _unusable(error, "its account") from None


def _account(
    config: _Config,
    balance: status.Balance,
    profit: status.Profit,
    trades: tuple[_Trade, ...],
    base_quote: float,
    measured: "_Measured",
    *,
    multi_assets: bool | None,
) -> StressInput:
    """Put the answers together.

    The equity is counted in the stake currency, as freqtrade counts its capital: so is the
    collateral. Other coins of the wallet are in neither. The API does not tell whether they stand
    behind positions; in a dry run freqtrade takes them for stake currency.
    """
    is_cross = config.margin_mode == "cross"
    may_back = is_cross and not config.dry_run and config.exchange == _MULTI_ASSETS
    return StressInput(
        equity_quote=account_equity(
            base_quote=base_quote,
            realised_quote=profit.profit_closed_coin,
            open_profit_quote=status.open_profit_quote(profit, trades),
        ),
        positions=tuple(
            HeldPosition(
                pair=trade.pair,
                side="short" if trade.is_short else "long",
                open_rate=trade.open_rate,
                amount=trade.amount,
                margin_quote=trade.stake_amount,
                leverage=trade.leverage,
                rate=trade.current_rate,
                beta=measured.beta(trade.pair),
                daily_volatility=measured.volatility(trade.pair),
                liquidation_price=trade.liquidation_price or 0.0,
            )
            for trade in trades
        ),
        collateral=tuple(
            HeldCollateral(
                asset=asset.currency,
                amount=asset.balance,
                price=1.0,
            )
            for asset in balance.currencies
            if asset.currency == balance.stake and asset.balance > 0
        ),
        other_collateral=tuple(
            HeldCollateral(asset=coin.currency, amount=coin.balance, price=coin.price_quote)
            for coin in balance.currencies
            if may_back and _is_other(coin, balance.stake)
        ),
        multi_assets=multi_assets if may_back else None,
        margin_mode="cross" if is_cross else "isolated",
        currency=config.stake_currency,
        exchange=config.exchange,
        correlations=measured.correlations({trade.pair for trade in trades}),
        market=measured.market(),
    )


def _is_other(coin: status.Wallet, stake: str) -> bool:
    is_own = coin.currency == stake or coin.is_bot_managed
    return coin.balance > 0 and not (is_own or coin.is_position)


class _Measured:
    """Betas and volatilities of pairs, from closes; None where there are too few."""

    def __init__(self, closes: pd.DataFrame, market: str, interval_seconds: float) -> None:
        self._closes, self._market = closes, market
        self._per_day = _DAY_SECONDS / interval_seconds
        self._returns = np.log(closes).diff().iloc[1:] if len(closes) > 1 else closes

    def volatility(self, pair: str) -> float | None:
        """Return the daily volatility of a pair."""
        if pair not in self._closes or len(self._closes) <= LEAST_RETURNS:
            return None
        found = realised_volatility(
            self._closes[pair].to_numpy(dtype=np.float64),
            window=len(self._closes) - 1,
            min_periods=LEAST_RETURNS,
            periods_per_day=self._per_day,
        )[-1]
        return float(found) if 0 < found < np.inf else None

    def beta(self, pair: str) -> float | None:
        """Return the beta of a pair to the market."""
        if pair == self._market:
            return 1.0
        if pair not in self._returns or self._market not in self._returns:
            return None
        returns = self._returns[[pair, self._market]].to_numpy(dtype=np.float64)
        if int(np.isfinite(returns).all(axis=1).sum()) < LEAST_RETURNS:
            return None
        return beta(returns[:, 0], returns[:, 1], min_periods=LEAST_RETURNS)

    def correlations(self, pairs: set[str]) -> tuple[PairCorrelation, ...]:
        """Return those of all pairs that have candles."""
        known = sorted(pairs & set(self._returns.columns))
        if len(known) < 2:  # noqa: PLR2004 - it takes two
            return ()
        matrix = shrunk_correlation(self._returns[known].to_numpy(dtype=np.float64))
        return tuple(
            PairCorrelation(pairs=(one, other), correlation=float(matrix[row, column]))
            for row, one in enumerate(known)
            for column, other in enumerate(known)
            if column > row
        )

    def market(self) -> MarketState | None:
        """Return the market's state."""
        volatility, back = self.volatility(self._market), int(self._per_day)
        if volatility is None or len(self._closes) <= back:
            return None
        closes = self._closes[self._market]
        move = float(closes.iloc[-1] / closes.iloc[-1 - back] - 1)
        if not np.isfinite(move):
            return None
        return MarketState(daily_move=move, daily_volatility=volatility)


def _closes(client: BotClient, pairs: list[str], timeframe: str) -> pd.DataFrame:
    """Return the closes of those pairs that the bot has candles of, a column each."""
    found = {}
    for pair in pairs:
        try:
            answer = client.pair_candles(pair, timeframe, _CANDLES, _COLUMNS)
        except BotRefusedError as error:
            # Not on its whitelist any more, for example.
            logger.info("%s: no candles (%s)", pair, error)
            continue
        candles = _read(answer, TypeAdapter(_Candles), "/pair_candles")
        found[pair] = _close(candles)
    try:
        return pd.DataFrame(found).sort_index()
    # Dates that come twice, or are of several kinds.
    except (ValueError, TypeError):
        raise _NOT_CANDLES from None


def _close(candles: _Candles) -> "pd.Series[float]":
    if any(len(row) != len(candles.columns) for row in candles.data):
        raise _NOT_CANDLES
    try:
        frame = pd.DataFrame(candles.data, columns=candles.columns)
        close = frame.set_index("date")["close"].astype(float)
    except (ValueError, TypeError, KeyError, AttributeError, ArithmeticError):
        raise _NOT_CANDLES from None
    return close[~close.index.duplicated()]


def _read(answer: object, shape: TypeAdapter[T], path: str) -> T:
    try:
        return shape.validate_python(answer)
    except ValidationError as error:
        raise _unusable(error, path) from None


def _unusable(error: ValidationError, what: str) -> BotAnswerError:
    first = error.errors(include_input=False)[0]
    place = escaped(".".join(map(str, first["loc"])))
    problem = f"{what} has no usable {place}" if place else f"{what} is not as expected"
    return BotAnswerError(f"answers what cannot be used: {problem} ({first['msg']})")
