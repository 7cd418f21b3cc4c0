"""Which pairs to look at, as of when, and where their candles come from."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from typing import Any

from freqtrade.exceptions import FreqtradeException
from freqtrade.exchange import Exchange, timeframe_to_seconds
from freqtrade.plugins.pairlistmanager import PairListManager
from freqtrade.strategy import IStrategy

from freqtrade_riskguard.adapters.preview.data_provider import PreviewDataProvider
from freqtrade_riskguard.adapters.preview.errors import PreviewError
from freqtrade_riskguard.adapters.preview.trade_database import Part
from freqtrade_riskguard.snapshot import market_pair

# For how many pairs candles are asked for only because correlations are measured on them.
_MARKET_PAIRS = 40
_FRESH_INTERVALS = 2
_NAMED = 3
_PATTERN = set("*+?[](){}|\\^$")

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewOptions:
    """At what to look.

    Attributes
    ----------
    pair : str or None
        As a person typed it; None for the whole whitelist.
    time : datetime or None
        A moment of the past; None for the newest candles.
    from_exchange : bool
        Whether to ask the exchange even where there are candles on disk.
    with_database : bool
        Whether the bot's own trades count.
    held_only : bool
        Whether only what the bot holds matters, now: no candles but those of its trades.
    """

    pair: str | None = None
    time: datetime | None = None
    from_exchange: bool = False
    with_database: bool = True
    held_only: bool = False


@dataclass(frozen=True, slots=True)
class PairSelection:
    """The pairs to look at.

    Attributes
    ----------
    times : mapping of str to datetime
        By pair, the moment at which it is looked at.
    online : frozenset of str
        The pairs whose candles come from the exchange.
    without_candles : tuple of str
        Those of the whitelist that nobody has candles of; not among ``times``.
    """

    times: Mapping[str, datetime]
    online: frozenset[str]
    without_candles: tuple[str, ...]

    @property
    def pairs(self) -> tuple[str, ...]:
        """The pairs to look at."""
        return tuple(self.times)

    def is_fresh(self, timeframe: str) -> bool:
        """Whether all pairs are looked at as of now."""
        oldest = _FRESH_INTERVALS * timeframe_to_seconds(timeframe)
        now = datetime.now(UTC)
        return all((now - time).total_seconds() <= oldest for time in self.times.values())


def select_pairs(
    look: PreviewOptions,
    strategy: IStrategy,
    exchange: Exchange,
    provider: PreviewDataProvider,
    tell: Tell,
) -> PairSelection:
    """Find out what there is to look at; ask the exchange for candles that are not on disk.

    Raises
    ------
    PreviewError
        Where there is nothing to look at.
    """
    config = strategy.config
    whitelist = _whitelist(strategy, exchange, provider)
    if look.held_only:
        return PairSelection({}, frozenset(), ())
    wanted = whitelist if look.pair is None else [_named(look.pair, config, exchange)]
    ends = {pair: None if look.from_exchange else provider.last_close(pair) for pair in wanted}
    absent = [pair for pair, end in ends.items() if end is None]
    download = _download(absent, strategy, provider)
    gone: Sequence[str] = ()
    if absent:
        if look.time is not None:
            raise PreviewError(
                f"no candles of {absent[0]} in {config['datadir']}, and --at needs them; get them "
                f"with `{download}`"
            )
        tell(f"Asking {exchange.name} for candles of {len(absent)} pairs")
        others = _market(strategy, exchange, provider, whitelist)
        try:
            gone = provider.adopt(absent, [pair for pair in others if pair not in absent])
        except FreqtradeException as error:
            raise PreviewError(
                f"{exchange.name} gave no candles: {error}; get them with `{download}`"
            ) from error
    if len(gone) == len(wanted):
        raise PreviewError(
            f"no candles of {', '.join(absent)} in {config['datadir']}, and {exchange.name} gave "
            f"none; get them with `{download}`"
        )
    now = datetime.now(UTC)
    return PairSelection(
        times={
            pair: _moment(pair, end, look.time, provider) if end else now
            for pair, end in ends.items()
            if pair not in gone
        },
        online=frozenset(absent),
        without_candles=tuple(gone),
    )


def _whitelist(strategy: IStrategy, exchange: Exchange, provider: PreviewDataProvider) -> list[str]:
    """Return the pairs that the bot would trade."""
    config, markets = strategy.config, exchange.markets
    for pair in config["exchange"].get("pair_whitelist", []):
        if pair not in markets and not _PATTERN & set(pair):
            raise PreviewError(
                f"exchange.pair_whitelist: {exchange.name} has no market {pair}"
                f"{_hint(pair, markets)}; remove it"
            )
    try:
        manager = PairListManager(exchange, config, provider)
        provider.add_pairlisthandler(manager)
        manager.refresh_pairlist()
    except FreqtradeException as error:
        raise PreviewError(f"pairlists: {error}") from error
    if not manager.whitelist:
        raise PreviewError("the pairlists leave no pair; add some to exchange.pair_whitelist")
    return list(manager.whitelist)


def _named(text: str, config: Mapping[str, Any], exchange: Exchange) -> str:
    """Return the pair that a person means by ``BTC``, ``btc/usdt``, ``BTCUSDT`` or its full name.

    Raises
    ------
    PreviewError
        Where there is none, or it is one that the bot cannot trade: coin-margined, or settled in
        another currency than the bot's stakes.
    """
    stake, upper = config["stake_currency"], text.upper()
    bare = upper.removesuffix(stake)
    names = (text, upper, f"{upper}:{stake}", f"{upper}/{stake}:{stake}", f"{bare}/{stake}:{stake}")
    for name in names:
        market = exchange.markets.get(name)
        # The spot market of that name is not what is meant.
        if market is None or not market.get("settle"):
            continue
        if not exchange.market_is_future(market):
            raise PreviewError(
                f"{name} is coin-margined (inverse): its profit is not proportional to the price, "
                f"and freqtrade does not trade it; ask for a pair that settles in {stake}"
            )
        if market["settle"] != stake:
            raise PreviewError(
                f"{name} settles in {market['settle']}, and the bot's stake_currency is {stake}; "
                f"ask for a pair that settles in {stake}"
            )
        return name
    raise PreviewError(
        f"{exchange.name} has no market {text}{_hint(text, exchange.markets)}; give one that it has"
    )


def _market(
    strategy: IStrategy,
    exchange: Exchange,
    provider: PreviewDataProvider,
    whitelist: Sequence[str],
) -> list[str]:
    """Return the pairs that the market is measured on and that are not on disk."""
    near = dict.fromkeys(
        [market_pair(strategy.config["stake_currency"]), *whitelist[:_MARKET_PAIRS]]
    )
    return [pair for pair in near if pair in exchange.markets and provider.last_close(pair) is None]


def _moment(
    pair: str, end: datetime, asked: datetime | None, provider: PreviewDataProvider
) -> datetime:
    """Return the time to look at a pair that has candles on disk.

    Raises
    ------
    PreviewError
        Where there is no candle of then: before the first, after the last, or in a gap, which
        freqtrade would fill with candles that never were.
    """
    if asked is None:
        return end
    if asked > end:
        raise PreviewError(
            f"candles of {pair} end at {_words(end)}, before --at: choose an earlier time, or "
            "download newer candles"
        )
    closes = provider.closes_on_disk(pair)
    if asked < closes[0]:
        raise PreviewError(
            f"candles of {pair} begin at {_words(closes[0])}, after --at: choose a later time, or "
            "download older candles"
        )
    place = int(closes.searchsorted(asked, side="right"))
    oldest = timedelta(seconds=_FRESH_INTERVALS * provider.interval_seconds)
    if asked - closes[place - 1] > oldest:
        raise PreviewError(
            f"candles of {pair} have a gap from {_words(closes[place - 1])} to "
            f"{_words(closes[place])}, and --at is in it: choose another time, or download them"
        )
    return asked


def _words(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M} UTC"


def _download(pairs: Sequence[str], strategy: IStrategy, provider: PreviewDataProvider) -> str:
    timeframes = " ".join(dict.fromkeys((strategy.timeframe, provider.wide_timeframe)))
    more = " ..." if len(pairs) > _NAMED else ""
    return (
        f"freqtrade download-data --trading-mode futures --days 30 --timeframes {timeframes} "
        f"--pairs {' '.join(pairs[:_NAMED])}{more}"
    )


def _hint(name: str, markets: Any) -> str:
    close = get_close_matches(name.upper(), markets, n=1, cutoff=0.5)
    return f": did you mean '{close[0]}'?" if close else ""


def part_of_database(look: PreviewOptions, outlook: PairSelection, timeframe: str) -> Part:
    """Return what of the bot's database belongs to the moment that is looked at."""
    if not look.with_database:
        return "none"
    if look.time is not None:
        return "name"
    return "all" if outlook.is_fresh(timeframe) else "locks"
