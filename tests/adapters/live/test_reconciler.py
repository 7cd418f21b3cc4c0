"""What the account is told while the exchange does not tell all, step by step."""

from contextlib import suppress
from datetime import timedelta
from types import SimpleNamespace

import pytest
from freqtrade.enums import RunMode
from freqtrade.exceptions import TemporaryError
from freqtrade.persistence import Trade

from freqtrade_riskguard.adapters.account.equity import Equity
from freqtrade_riskguard.adapters.account.trades import open_trades
from freqtrade_riskguard.adapters.live.reconciler import Reconciler
from freqtrade_riskguard.adapters.persistence.state_store import InMemoryStore
from tests.adapters.trades import booked_trade, fill, wait
from tests.factories import NOON, PAIR

pytestmark = pytest.mark.usefixtures("database")

MINUTE = timedelta(minutes=1)
SHORT = pytest.mark.parametrize("short", [False, True])


class Account:
    """An exchange that holds nothing unless told otherwise, and the wallet that read it."""

    def __init__(self):
        self.amounts: dict[str, float] = {}
        self.tells_positions = self.tells_balance = True
        self.stop = {"status": "canceled", "filled": 0.0}
        self.read: dict[str, float] = {}
        self.total_quote, self.mark = 10_000.0, 90.0
        self.config = {"stake_currency": "USDT", "runmode": RunMode.LIVE, "dry_run": False}
        self.name = "Binance"
        self._api = SimpleNamespace(options={}, fetch_open_orders=lambda *_, **__: [])

    def get_option(self, _):
        return False

    def _contracts_to_amount(self, _, contracts):
        return contracts

    def fetch_positions(self, count=4):
        if not self.tells_positions:
            raise TemporaryError("positions")
        return [
            {
                "symbol": pair,
                "side": "long" if amount > 0 else "short",
                "contracts": abs(amount),
                "entryPrice": 100.0,
                "markPrice": self.mark,
            }
            for pair, amount in self.amounts.items()
        ]

    def fetch_stoploss_order(self, *_):
        if self.stop is None:
            raise TemporaryError("stop order")
        return self.stop

    def update(self):
        if not (self.tells_balance and self.tells_positions):
            raise TemporaryError("balance")
        self.read = dict(self.amounts)

    def get_all_positions(self):
        return {
            pair: SimpleNamespace(
                symbol=pair, side="long" if amount > 0 else "short", position=abs(amount)
            )
            for pair, amount in self.read.items()
        }

    def get_total(self, _):
        return self.total_quote

    @property
    def strategy(self):
        dp = SimpleNamespace(_exchange=self, current_whitelist=lambda: [PAIR])
        return SimpleNamespace(config=self.config, dp=dp, wallets=self)


@pytest.fixture
def account():
    return Account()


class Bot:
    """Looks at the exchange, and dies."""

    def __init__(self, account):
        self.account, self.memory, self.told = account, InMemoryStore(), []
        self.start()

    def start(self):
        """Begin with what the one before it has kept, as freqtrade does: it reads the balance."""
        with suppress(TemporaryError):
            self.account.update()
        tell = self.told.append
        self.reconciler = Reconciler("alarm", self.memory, lambda _, why: tell(why), enforcing=True)
        self.equity = Equity(self.memory, lambda _, why: tell(why))

    def look(self, minute, *, is_valued=True):
        """Return what the account is told; it is valued with that, where nothing fails."""
        self.reconciler.look(self.account.strategy, NOON + minute * MINUTE)
        found = self.reconciler.found
        if is_valued:
            self.reconciler.note_valued()
        return found

    def value(self, minute, mark=90.0):
        """Look, and value the account with the trades that count."""
        found = self.look(minute, is_valued=False)
        trades = [trade for trade in open_trades() if trade.id not in found.lost_trades]
        marks = [mark] * len(trades)
        strategy, time = self.account.strategy, NOON + minute * MINUTE
        track = self.equity.update(strategy, time, trades, marks, found)
        self.reconciler.note_valued()
        return track


@pytest.fixture
def bot(account):
    return Bot(account)


def held(account, trade):
    account.amounts[trade.pair] = (-1 if trade.is_short else 1) * trade.amount


def close(trade):
    fill(trade, trade.exit_side, trade.amount, 98.0, NOON)
    trade.close(98.0)
    Trade.commit()


@SHORT
def test_what_the_wallet_differs_by_is_nobodys_while_positions_are_not_told(account, bot, short):
    held(account, booked_trade(short=short))
    assert bot.look(0).is_settled
    account.tells_positions = False
    found = bot.look(1)
    # Its open loss goes on to count: nobody says that it is over.
    assert (found.is_settled, found.settles, found.mismatches) == (False, False, ())
    # Between two looks too.
    assert not bot.look(1.5).is_settled
    account.tells_positions = True
    found = bot.look(2.5)
    assert (found.is_settled, found.settles) == (True, False)


@SHORT
def test_a_loss_that_the_base_has_is_taken_out_as_soon_as_it_is_booked(account, bot, short):
    trade = booked_trade(short=short)
    bot.look(0)
    found = bot.look(1)
    assert found.lost_trades == {trade.id}
    assert found.settles
    assert not bot.look(1.5).settles
    close(trade)
    # Half a minute after a look, and whether or not the exchange answers this one.
    account.tells_positions = False
    found = bot.look(1.75)
    assert (found.is_settled, found.settles, found.mismatches) == (False, True, ())
    assert not bot.look(2.75).settles
    account.tells_positions = True
    found = bot.look(3.75)
    assert (found.is_settled, found.settles, found.mismatches) == (True, True, ())


@SHORT
def test_a_part_that_was_booked_is_taken_out_too(account, bot, short):
    trade = booked_trade(short=short)
    # 100 coins, of which 60 are left.
    account.amounts[trade.pair] = -60.0 if short else 60.0
    bot.look(0)
    assert [item.kind for item in bot.look(1).mismatches] == ["amount"]
    fill(trade, trade.exit_side, 40.0, 98.0, NOON)
    Trade.commit()
    found = bot.look(1.25)
    assert (found.mismatches, found.settles) == ((), True)


def test_a_trade_counts_with_its_open_loss_until_the_balance_is_read(account, bot):
    booked_trade()
    account.tells_balance = False
    bot.look(0)
    found = bot.look(1)
    assert (found.mismatches, found.settles, found.is_settled) == ((), False, False)
    # It is asked for again each minute.
    account.tells_balance = True
    found = bot.look(2)
    assert (len(found.lost_trades), found.settles) == (1, True)
    assert not bot.look(3).settles


@SHORT
def test_a_bot_that_starts_goes_on_where_the_one_before_it_was(account, bot, short):
    trade = booked_trade(short=short)
    bot.look(0)
    bot.look(1)
    bot.start()
    # Known at once: the base has it.
    found = bot.look(2)
    assert (found.lost_trades, found.settles) == ({trade.id}, True)
    bot.start()
    account.tells_positions = False
    found = bot.look(3)
    assert (found.lost_trades, found.settles, found.is_settled) == ({trade.id}, True, False)
    assert not bot.look(4).settles


def test_what_freqtrade_has_booked_at_its_start_is_settled_though_nobody_answers(account, bot):
    trade = booked_trade()
    bot.look(0)
    bot.look(1)
    close(trade)
    bot.start()
    account.tells_positions = False
    found = bot.look(2)
    assert (found.mismatches, found.settles, found.is_settled) == ((), True, False)


def test_a_bot_that_starts_without_answers_takes_nothing_for_lost(account, bot):
    held(account, booked_trade())
    bot.start()
    account.tells_positions = False
    found = bot.look(0)
    assert (found.mismatches, found.settles) == ((), False)


def test_what_a_lost_answer_has_left_unseen_is_a_result(account, bot):
    bot.look(0)
    account.tells_positions = False
    bot.reconciler.outcomes.doubt(PAIR, NOON)
    bot.look(1)
    account.tells_positions = True
    found = bot.look(2)
    # Nothing is held: what came and went in between has left its mark in the wallet only.
    assert (found.mismatches, found.settles) == ((), True)
    assert found.is_settled


@pytest.mark.parametrize("answer", [None, {"status": "closed", "filled": 100.0}])
def test_what_a_stop_may_have_closed_is_left_to_freqtrade(account, bot, monkeypatch, answer):
    trade = booked_trade()
    wait(trade, trade.amount, 90.0, side="stoploss")
    Trade.commit()
    asked = []
    monkeypatch.setattr(
        "freqtrade_riskguard.adapters.live.missed_closes.book_what_was_missed",
        lambda _, trade: asked.append(trade.id),
    )
    account.stop = answer
    bot.look(0)
    assert bot.look(1).lost_trades == {trade.id}
    assert asked == []
    # A stop that was cancelled has closed nothing.
    account.stop = {"status": "canceled", "filled": 0.0}
    bot.look(2)
    assert asked == [trade.id]


@SHORT
@pytest.mark.parametrize(("left", "change"), [(0.0, 30.0), (0.0, -3.0), (40.0, -3.0)])
def test_what_is_gone_of_a_trade_counts_in_a_share_of_the_account_until_it_is_booked(
    account, bot, short, left, change
):
    account.config["available_capital"], account.total_quote = 10_000, 50_000.0
    trade = booked_trade(short=short)  # 100 at 100
    held(account, trade)
    sign = -1 if short else 1
    price = account.mark = 100.0 + sign * change
    # 100 coins have won or lost that much each.
    expected = pytest.approx(10_000.0 + 100.0 * change)
    assert bot.value(0, price).equity_quote == expected

    # Closed on the exchange, or 60 of them: the base is set, and takes up nothing.
    account.amounts = {PAIR: sign * left} if left else {}
    account.total_quote += (100.0 - left) * change
    for minute in range(1, 5):
        track = bot.value(minute, price)
        assert (track.equity_quote, track.peak_quote) == (expected, expected), minute
    bot.start()
    assert bot.value(5, price).equity_quote == expected

    fill(trade, trade.exit_side, 100.0 - left, price, NOON)
    if not left:
        trade.close(price)
    Trade.commit()
    assert bot.value(6, price).equity_quote == expected
    assert "the exchange holds" in " ".join(bot.told)


def test_the_other_side_counts_beside_a_trade_until_the_base_has_what_that_lost(account, bot):
    booked_trade()  # 100 at 100
    account.amounts = {PAIR: -300.0}
    account.mark = 110.0
    account.tells_balance = False
    # The trade says +1,000, and 300 short since 100 have lost 3,000.
    bot.value(0, 110.0)
    assert bot.value(1, 110.0).equity_quote == pytest.approx(8_000.0)
    # It was closed at 95, and the wallet has lost 500.
    account.tells_balance, account.total_quote = True, 9_500.0
    assert bot.value(2, 110.0).equity_quote == pytest.approx(6_500.0)


def test_what_was_seen_once_and_is_gone_is_a_result_and_no_withdrawal(account, bot):
    bot.value(0)
    account.amounts = {PAIR: 100.0}
    bot.value(1)
    # Liquidated before the next look.
    account.amounts, account.total_quote = {}, 9_000.0
    for minute in range(2, 9):
        track = bot.value(minute)

    assert (track.equity_quote, track.day_loss_ratio) == pytest.approx((9_000.0, 0.1))
    assert "not from this bot" not in " ".join(bot.told)


def test_what_came_and_went_is_settled_while_a_position_of_no_trade_stands(account, bot):
    account.amounts, account.mark = {PAIR: 100.0}, 100.0
    for minute in range(2):
        bot.value(minute)
    account.total_quote = 9_400.0
    for minute in range(2, 11):
        assert bot.value(minute).equity_quote == pytest.approx(10_000.0)

    for minute in range(11, 30):
        # At most once in ten minutes: a request for the balance each time.
        settles = bot.look(minute, is_valued=False).settles
        track = bot.value(minute)
        assert settles == (minute in (11, 21))
        assert track.equity_quote == pytest.approx(9_400.0)


@pytest.mark.parametrize("dies", [False, True])
@pytest.mark.parametrize("failures", [0, 1, 3])
def test_the_loss_of_what_no_trade_knew_is_one_though_the_account_cannot_be_valued(
    account, bot, failures, dies
):
    bot.value(0)
    account.amounts = {PAIR: 100.0}  # at 100, marked 90
    bot.value(1)
    assert bot.value(2).equity_quote == pytest.approx(9_000.0)
    # Closed at 90.
    account.amounts, account.total_quote = {}, 9_000.0
    for failed in range(failures):
        assert bot.look(3 + failed, is_valued=False).settles
        if dies:
            bot.start()
    for minute in range(3 + failures, 10):
        track = bot.value(minute)
    figures = track.equity_quote, track.peak_quote, track.day_start_quote, track.day_loss_ratio
    assert figures == pytest.approx((9_000.0, 10_000.0, 10_000.0, 0.1))
    assert "not from this bot" not in " ".join(bot.told)
    # Then it is settled once and for all: what goes now is a withdrawal.
    assert not bot.look(10).settles
    account.total_quote = 7_000.0
    for minute in range(11, 15):
        track = bot.value(minute)
    # 2,000 of 9,000: equity and peak shrink by the same share.
    assert track.equity_quote == pytest.approx(7_000.0)
    assert track.peak_quote == pytest.approx(10_000.0 * 7 / 9)


@SHORT
@pytest.mark.parametrize("dies", [False, True])
@pytest.mark.parametrize("answers", [False, True])
def test_a_loss_that_is_booked_counts_once_though_the_account_cannot_be_valued(
    account, bot, short, answers, dies
):
    trade = booked_trade(short=short)
    held(account, trade)
    price = 110.0 if short else 90.0
    bot.value(0, price)
    # 100 coins have lost 10 each, and the wallet has paid that.
    account.amounts, account.total_quote = {}, 9_000.0
    for minute in range(1, 5):
        assert bot.value(minute, price).equity_quote == pytest.approx(9_000.0)
    fill(trade, trade.exit_side, trade.amount, price, NOON)
    trade.close(price)
    Trade.commit()
    account.tells_positions = answers
    assert bot.look(5, is_valued=False).settles
    if dies:
        bot.start()
    for minute in range(6, 12):
        track = bot.value(minute)
        assert track.equity_quote == pytest.approx(9_000.0), minute
    assert track.peak_quote == track.day_start_quote == pytest.approx(9_000.0)


def test_what_the_database_has_not_taken_is_still_to_be_settled(account, bot, monkeypatch):
    account.amounts = {PAIR: 100.0}
    bot.value(0)
    bot.value(1)
    account.amounts, account.total_quote = {}, 9_000.0
    monkeypatch.setattr(bot.memory, "is_written", lambda: False)
    bot.value(2)
    assert bot.memory.get("unmatched") == "yes"
    monkeypatch.undo()
    assert bot.value(3).equity_quote == pytest.approx(9_000.0)
    assert bot.memory.get("unmatched") == "no"
    assert not bot.look(4).settles
