"""The guardian's view in Prometheus' text format. What is not known is left out, never 0."""

from collections.abc import Iterable, Iterator, Mapping

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from freqtrade_riskguard.status.model import GuardStatus, PositionStatus
from freqtrade_riskguard.watch.web.view import BotView, WatchView

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_OF_A_BOT: Mapping[str, str] = {
    "equity_quote": "Equity at live rates, stake currency",
    "day_loss_ratio": "Loss since 00:00 UTC / equity then",
    "day_limit_used_ratio": "Loss of the day / its limit; 1 is the limit",
    "drawdown_ratio": "Fall from the highest equity / that equity",
    "drawdown_limit_used_ratio": "Drawdown / the limit that halts; 1 is the halt",
    "effective_leverage_ratio": "Notional of all positions / equity",
    "net_exposure_ratio": "|longs - shorts| / equity",
    "initial_margin_quote": "Initial margin of all positions, stake currency",
    "maintenance_margin_ratio": "Maintenance margin / equity; 1 is liquidation",
    "open_positions": "Number of open positions",
}
_OF_A_POSITION: Mapping[str, str] = {
    "mark_price": "Price that it is valued at",
    "stop_price": "Its stop",
    "liquidation_price": "Its liquidation price; 0 for none",
    "stop_distance_ratio": "From the mark to the stop / mark; negative past it",
    "liquidation_distance_ratio": "From the mark to the liquidation / mark",
    "notional_quote": "Its value at the mark, stake currency",
    "margin_quote": "Its initial margin, stake currency",
}
_BOT, _PLACE = ("bot",), ("bot", "pair", "side", "trade_id")


class WatchMetrics(Collector):
    """Writes the metrics of whatever view there is at the time."""

    def __init__(self) -> None:
        self._view: WatchView | None = None
        self._registry = CollectorRegistry(auto_describe=False)
        ProcessCollector(registry=self._registry)
        self._registry.register(self)

    def page(self, view: WatchView | None) -> bytes:
        """Return the metrics of a view; before the first one, those of the process alone."""
        self._view = view
        return generate_latest(self._registry)

    def collect(self) -> Iterable[Metric]:
        """Yield all metrics; prometheus-client asks for them."""
        view = self._view
        if view is None:
            return
        yield from _guardian(view)
        yield from _bots(view.bots)
        yield from _fleet(view)


def _guardian(view: WatchView) -> Iterator[Metric]:
    health = view.guardian
    polls = CounterMetricFamily("riskguard_guardian_polls", "Polls since the start")
    polls.add_metric((), health.polls)
    yield polls
    failed = CounterMetricFamily(
        "riskguard_guardian_failed_polls", "Polls that did not come to their end"
    )
    failed.add_metric((), health.failed_polls)
    yield failed
    for name, text, value in (
        ("start_timestamp_seconds", "When the guardian was started", health.started.timestamp()),
        ("last_poll_timestamp_seconds", "When the latest poll ended", view.time.timestamp()),
        ("last_poll_duration_seconds", "How long the latest poll took", health.last_poll_seconds),
        ("poll_interval_seconds", "Wanted between polls", health.every_seconds),
        ("waiting_messages", "Messages not delivered yet", health.waiting_messages),
    ):
        yield _gauge(f"guardian_{name}", text, (), [((), value)])
    told = CounterMetricFamily(
        "riskguard_guardian_events", "What the guardian has told of", labels=("bot", "what")
    )
    for event in health.events:
        told.add_metric((event.bot, event.what), event.count)
    yield told


def _bots(bots: tuple[BotView, ...]) -> Iterator[Metric]:
    yield _gauge(
        "bot_up",
        "Whether the bot answered the latest poll",
        _BOT,
        [((bot.name,), float(bot.is_answering)) for bot in bots],
    )
    yield _gauge(
        "bot_trouble",
        "1 for what is wrong with the bot; no line for nothing",
        ("bot", "trouble"),
        [((bot.name, bot.trouble), 1.0) for bot in bots if bot.trouble],
    )
    yield _gauge(
        "bot_info",
        "What the bot is",
        ("bot", "exchange", "currency", "trading", "state"),
        [(_info(bot.name, bot.status), 1.0) for bot in bots if bot.status],
    )
    known = [(bot.name, bot.status, _figures(bot.status)) for bot in bots if bot.status]
    for name, text in _OF_A_BOT.items():
        yield _gauge(name, text, _BOT, [((bot,), figures[name]) for bot, _, figures in known])
    held = [(_place(bot, one), one) for bot, status, _ in known for one in status.positions]
    for name, text in _OF_A_POSITION.items():
        rows = [(place, getattr(one, _FIELDS.get(name, name))) for place, one in held]
        yield _gauge(f"position_{name}", text, _PLACE, rows)
    yield from _locks(known)
    yield _decisions(bots)


# Where the model calls a figure otherwise.
_FIELDS = {"mark_price": "mark"}


def _figures(status: GuardStatus) -> Mapping[str, float | None]:
    return {
        "equity_quote": status.equity.equity_quote,
        "day_loss_ratio": status.day.loss_ratio,
        "day_limit_used_ratio": status.day.used_ratio,
        "drawdown_ratio": status.drawdown.drawdown_ratio,
        "drawdown_limit_used_ratio": status.drawdown.used_ratio,
        "effective_leverage_ratio": status.margin.effective_leverage,
        "net_exposure_ratio": status.exposure.net_ratio,
        "initial_margin_quote": status.margin.initial_quote,
        "maintenance_margin_ratio": status.margin.maintenance_ratio,
        "open_positions": len(status.positions),
    }


def _info(name: str, status: GuardStatus) -> tuple[str, ...]:
    bot = status.bot
    return name, bot.exchange, bot.currency, bot.trading, bot.state or ""


def _place(bot: str, held: PositionStatus) -> tuple[str, ...]:
    return bot, held.pair, held.side, str(held.trade_id)


def _locks(
    known: list[tuple[str, GuardStatus, Mapping[str, float | None]]],
) -> Iterator[Metric]:
    told = [(bot, status.locks) for bot, status, _ in known if status.locks is not None]
    yield _gauge("locks", "Locks in force", _BOT, [((bot,), len(locks)) for bot, locks in told])
    rules = {
        (bot, lock.rule): sum(other.rule == lock.rule for other in locks)
        for bot, locks in told
        for lock in locks
    }
    yield _gauge("locks_by_rule", "Locks in force by who gave them", ("bot", "rule"), rules.items())
    yield _gauge(
        "halted",
        "Whether a halt is in force, which a person lifts",
        _BOT,
        [((bot,), float(any(lock.is_halt for lock in locks))) for bot, locks in told],
    )


def _decisions(bots: tuple[BotView, ...]) -> Metric:
    found = CounterMetricFamily(
        "riskguard_decisions",
        "Decisions in the journal of the bot's guard; rule reconciliation: what exchange and "
        "trades differ in",
        labels=("bot", "rule", "question", "mode"),
    )
    for bot in bots:
        for made in bot.decisions or ():
            mode = "enforce" if made.is_enforced else "observe"
            found.add_metric((bot.name, made.rule, made.question, mode), made.count)
    return found


def _fleet(view: WatchView) -> Iterator[Metric]:
    fleet = view.fleet
    if fleet is None:
        return
    for name, text, value in (
        ("equity_quote", "Equity of all bots", fleet.equity_quote),
        ("day_limit_used_ratio", "Loss of the day / its limit", fleet.day.used_ratio),
        ("drawdown_ratio", "Fall from the highest equity", fleet.drawdown.drawdown_ratio),
        ("gross_exposure_ratio", "Notional of all positions / equity", fleet.gross_exposure_ratio),
    ):
        yield _gauge(f"fleet_{name}", text, (), [((), value)])


def _gauge(
    name: str,
    text: str,
    labels: tuple[str, ...],
    rows: Iterable[tuple[tuple[str, ...], float | None]],
) -> Metric:
    found = GaugeMetricFamily(f"riskguard_{name}", text, labels=labels)
    for row, value in rows:
        if value is not None:
            found.add_metric(row, value)
    return found
