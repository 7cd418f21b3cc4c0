"""One entry, asked for as a running bot would ask: leverage, stake, consent, stop."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from math import nan

from freqtrade.enums import MarginMode
from freqtrade.exceptions import FreqtradeException
from freqtrade.exchange import Exchange
from freqtrade.persistence import Trade
from freqtrade.strategy import IStrategy
from freqtrade.strategy.strategy_wrapper import strategy_safe_wrapper

from freqtrade_riskguard.adapters.bot.session import Session
from freqtrade_riskguard.adapters.market.snapshots import bot_stake_quote
from freqtrade_riskguard.adapters.preview.entry_request import OWN_STOP, EntryPreview, EntryRequest
from freqtrade_riskguard.adapters.preview.recorder import RecordingGuard, RecordingRunner, RuleReply
from freqtrade_riskguard.engine.journal import Decision, Question
from freqtrade_riskguard.formatting import money, side_text
from freqtrade_riskguard.risk import nearest_stop
from freqtrade_riskguard.snapshot import Entry, Position


class EntryPreviewer:
    """Puts freqtrade's questions about an entry to a strategy, in freqtrade's order.

    Parameters
    ----------
    strategy : IStrategy
        With all that freqtrade attaches to it.
    exchange : Exchange
        Whose limits hold.
    session : Session
        The strategy's own guard; of a strategy without one, one without rules.
    runner, guard
        Those of the session, overheard.
    """

    def __init__(
        self,
        strategy: IStrategy,
        exchange: Exchange,
        session: Session,
        runner: RecordingRunner,
        guard: RecordingGuard,
    ) -> None:
        self._strategy, self._exchange = strategy, exchange
        self._session, self._runner, self._guard = session, runner, guard

    def ask(self, wanted: EntryRequest) -> EntryPreview:
        """Ask for an entry, as ``FreqtradeBot.get_valid_enter_price_and_stake`` does."""
        self._session.journal.clear()
        self._guard.asked.clear()
        said: dict[Question, tuple[RuleReply, ...]] = {}
        proposed = bot_stake_quote(self._strategy, wanted.pair)
        if wanted.stake_quote is not None:
            proposed = wanted.stake_quote
        max_leverage = self._exchange.get_max_leverage(wanted.pair, proposed)
        leverage = self._leverage(wanted, max_leverage)
        said["leverage"] = self._runner.take("leverage")
        asked = self._guard.asked.get("leverage")
        asked_leverage = leverage if asked is None else asked.leverage
        stake, minimum = self._stake(wanted, proposed, leverage)
        said["stake"] = self._runner.take("stake")
        asked = self._guard.asked.get("stake")
        asked_stake = proposed if asked is None else asked.stake_quote
        refusal = None if stake > 0 else self._no_stake(proposed, minimum)
        if stake > 0 and not self._confirm(wanted, stake, leverage):
            refusal = self._why("entry", "the strategy's confirm_trade_entry refuses it")
        said["entry"] = self._runner.take("entry")
        entry = self._entry(wanted, leverage, stake or asked_stake)
        position = replace(
            entry.position(), exchange_liquidation_price=self._freqtrades_liquidation(entry)
        )
        # What was said of other positions on the way is not about this entry.
        self._runner.take("stop")
        guards = self._guards_stop(position, wanted.time)
        said["stop"] = self._runner.take("stop")
        stop_price, stop_rule = _nearest(entry, guards, said["stop"])
        return EntryPreview(
            entry=replace(entry, stop_price=stop_price),
            position=replace(position, stop_price=stop_price),
            asked_leverage=asked_leverage,
            asked_stake_quote=asked_stake,
            margin_mode=self._exchange.margin_mode.value,
            max_leverage=max_leverage,
            min_stake_quote=minimum,
            stake_quote=0.0 if refusal else stake,
            refusal=refusal,
            stop_price=stop_price,
            stop_rule=stop_rule,
            said=said,
            decisions=tuple(self._session.journal),
        )

    def _leverage(self, wanted: EntryRequest, max_leverage: float) -> float:
        with _answering(self._strategy, "leverage", wanted.leverage):
            answer = strategy_safe_wrapper(self._strategy.leverage, default_retval=1.0)(
                pair=wanted.pair,
                current_time=wanted.time,
                current_rate=wanted.rate,
                proposed_leverage=1.0,
                max_leverage=max_leverage,
                side=side_text(wanted.side),
                entry_tag=wanted.enter_tag,
            )
        return min(max(answer, 1.0), max_leverage)

    def _stake(self, wanted: EntryRequest, proposed: float, leverage: float) -> tuple[float, float]:
        """Return the stake after freqtrade's own checks, and the exchange's minimum."""
        minimum = self._exchange.get_min_pair_stake_amount(
            wanted.pair, wanted.rate, self._strategy.stoploss, leverage
        )
        maximum = self._exchange.get_max_pair_stake_amount(wanted.pair, wanted.rate, leverage)
        wallets = self._strategy.wallets
        if wallets is None or not proposed:
            return 0.0, minimum or 0.0
        with _answering(self._strategy, "custom_stake_amount", wanted.stake_quote):
            given = strategy_safe_wrapper(
                self._strategy.custom_stake_amount, default_retval=proposed
            )(
                pair=wanted.pair,
                current_time=wanted.time,
                current_rate=wanted.rate,
                proposed_stake=proposed,
                min_stake=minimum,
                max_stake=min(maximum, wallets.get_available_stake_amount()),
                leverage=leverage,
                entry_tag=wanted.enter_tag,
                side=side_text(wanted.side),
            )
        checked = wallets.validate_stake_amount(
            pair=wanted.pair,
            stake_amount=given,
            min_stake_amount=minimum,
            max_stake_amount=maximum,
            trade_amount=None,
        )
        return float(checked or 0.0), minimum or 0.0

    def _confirm(self, wanted: EntryRequest, stake: float, leverage: float) -> bool:
        strategy = self._strategy
        return bool(
            strategy_safe_wrapper(strategy.confirm_trade_entry, default_retval=True)(
                pair=wanted.pair,
                order_type=strategy.order_types["entry"],
                amount=stake / wanted.rate * leverage,
                rate=wanted.rate,
                time_in_force=strategy.order_time_in_force["entry"],
                current_time=wanted.time,
                entry_tag=wanted.enter_tag,
                side=side_text(wanted.side),
            )
        )

    def _no_stake(self, proposed: float, minimum: float) -> str:
        if not proposed:
            return "the bot has no money or no slot left for another trade"
        return self._why("stake", f"freqtrade: the minimum stake of {money(minimum)} is not left")

    def _why(self, question: Question, otherwise: str) -> str:
        made = self._made(question)
        if not made and question == "entry":
            # A lock is no rule's answer to this entry: it is noted as one without a stake.
            made = [item for item in self._made("stake") if item.rule == "lock"]
        return f"{made[-1].rule}: {made[-1].why}" if made else otherwise

    def _made(self, question: Question) -> list[Decision]:
        journal = self._session.journal
        return [made for made in journal if made.enforced and made.question == question]

    def _entry(self, wanted: EntryRequest, leverage: float, stake_quote: float) -> Entry:
        return self._session.entry(
            self._strategy,
            pair=wanted.pair,
            side=wanted.side,
            rate=wanted.rate,
            time=wanted.time,
            leverage=leverage,
            stake_quote=stake_quote,
            enter_tag=wanted.enter_tag,
        )

    def _freqtrades_liquidation(self, entry: Entry) -> float:
        """Return freqtrade's own liquidation price, its buffer included; 0 where it has none."""
        wallets, is_cross = self._strategy.wallets, self._exchange.margin_mode == MarginMode.CROSS
        if wallets is None or entry.stake_quote <= 0:
            return 0.0
        position = entry.position()
        try:
            price = self._exchange.get_liquidation_price(
                pair=entry.market.pair,
                open_rate=entry.rate,
                is_short=entry.side < 0,
                amount=position.amount,
                stake_amount=entry.stake_quote,
                leverage=entry.leverage,
                wallet_balance=wallets.get_collateral() if is_cross else entry.stake_quote,
                open_trades=list(Trade.get_open_trades()) if is_cross else [],
            )
        except FreqtradeException:
            return 0.0
        return float(price or 0.0)

    def _guards_stop(self, position: Position, time: datetime) -> float:
        """Return the guard's stop; NaN where it sets none."""
        return self._guard.stop(position, 0.0, time) if self._session.active else nan


def _nearest(entry: Entry, guards_price: float, said: tuple[RuleReply, ...]) -> tuple[float, str]:
    """Return the nearest stop of the guard and the strategy's own, and whose it is."""
    nearest = nearest_stop(entry.side, guards_price, entry.own_stop_price)
    if nearest != guards_price:
        return nearest, OWN_STOP
    return nearest, next(item.rule for item in said if item.answer == nearest)


@contextmanager
def _answering(strategy: IStrategy, callback: str, answer: float | None) -> Iterator[None]:
    """Let a strategy's callback give an answer of ours; None leaves it alone.

    Put onto the strategy as it could do itself: its guard stands in front of that, too.
    """
    if answer is None:
        yield
        return
    before = strategy.__dict__.get(callback)
    setattr(strategy, callback, lambda *_, **__: answer)
    try:
        yield
    finally:
        del strategy.__dict__[callback]
        if before is not None:
            strategy.__dict__[callback] = before
