"""A bot put together by freqtrade's own parts, on an exchange on loopback."""

import gc
import json
import shutil
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from freqtrade.persistence import Trade

from freqtrade_riskguard.adapters.preview.bot import open_bot
from freqtrade_riskguard.adapters.preview.bot_config import Request, read_configuration
from freqtrade_riskguard.adapters.preview.entry_request import EntryRequest
from freqtrade_riskguard.adapters.preview.errors import PreviewError, collected_log
from freqtrade_riskguard.adapters.preview.pair_selection import PreviewOptions
from freqtrade_riskguard.replay import ReplayExchange
from freqtrade_riskguard.rules import Cap
from tests.adapters.bots import open_database
from tests.adapters.trades import open_trade
from tests.support.offline import SAFE, write_bot

BTC, ETH = "BTC/USDT:USDT", "ETH/USDT:USDT"
# The candles of a fortnight from 1 January 2024.
END = datetime(2024, 1, 15, tzinfo=UTC)
KELLY_OBSERVES = {"profile": "moderate", "kelly": {"mode": "observe"}}


@contextmanager
def opened(file, look=None, *, datadir=None, tell=lambda _: None, **request):
    """Open a bot; what it logs is its attribute ``log``."""
    found = read_configuration(
        Request(
            config_files=(str(file),),
            userdir=str(file.parent),
            datadir=None if datadir is None else str(datadir),
            **request,
        )
    )
    with collected_log() as log, open_bot(found, look or PreviewOptions(), log, tell) as bot:
        bot.log = log  # type: ignore[attr-defined]
        yield bot


def ask(bot, pair=BTC, side=1, **wanted):
    return bot.ask(
        EntryRequest(pair=pair, side=side, rate=bot.rate_of(pair), time=bot.time_of(pair), **wanted)
    )


def said(answered, question, rule):
    (found,) = [item for item in answered.said[question] if item.rule == rule]
    return found.answer


class TestFromDisk:
    def test_it_is_looked_at_as_of_the_last_candle(self, exchange, calm, tmp_path):
        told: list[str] = []
        with opened(write_bot(tmp_path / "bot", exchange), datadir=calm, tell=told.append) as bot:
            assert bot.outlook.pairs == exchange.pairs
            assert {bot.time_of(pair) for pair in bot.outlook.pairs} == {END}
            assert not bot.is_from_exchange(BTC)
            assert bot.guarded
            assert bot.enforcing
            assert bot.sides == (1, -1)
            assert bot.strategy_name == "RiskGuardSample"
            assert bot.exchange_name == "Binance"
            ask(bot)
            assert bot.account.wallet_quote == 10_000
            assert bot.account.open_trades == 0
        assert any("Loading the markets of binance" in line for line in told)

    def test_every_answer_is_the_guards_own(self, exchange, calm, tmp_path):
        file = write_bot(tmp_path / "bot", exchange, riskguard=KELLY_OBSERVES)
        with opened(file, datadir=calm) as bot:
            for side in (1, -1):
                answered = ask(bot, side=side)
                caps = [
                    item.answer.limit
                    for item in answered.said["leverage"]
                    if isinstance(item.answer, Cap) and item.mode == "enforce"
                ]
                # The sample asks for 10x; the smallest cap, rounded down to a tenth.
                assert answered.asked_leverage == 10.0
                assert answered.entry.leverage == pytest.approx(int(min(caps) * 10) / 10)
                assert 1 < answered.entry.leverage <= 5
                # 10,000 at 0.99 in four slots.
                assert answered.asked_stake_quote == pytest.approx(2_475.0)
                stakes = [
                    item.answer.limit
                    for item in answered.said["stake"]
                    if isinstance(item.answer, Cap) and item.mode == "enforce"
                ]
                assert answered.stake_quote == pytest.approx(min(stakes))
                assert answered.refusal is None
                assert answered.stop_rule == "atr_stop"
                assert answered.stop_price == said(answered, "stop", "atr_stop")
                # It is in front of liquidation, and both are on the losing side.
                liquidation = answered.position.liquidation_price
                assert side * (answered.entry.rate - answered.stop_price) > 0
                assert side * (answered.stop_price - liquidation) > 0
                assert answered.bound("leverage").rule in {
                    i.rule for i in answered.said["leverage"]
                }
                observed = [made for made in answered.decisions if not made.enforced]
                assert "kelly" in {made.rule for made in observed}

    def test_a_time_of_the_past(self, exchange, calm, tmp_path):
        file = write_bot(tmp_path / "bot", exchange)
        then = datetime(2024, 1, 8, 3, tzinfo=UTC)
        with opened(file, PreviewOptions(pair="btc", time=then), datadir=calm) as bot:
            assert bot.outlook.pairs == (BTC,)
            assert bot.time_of(BTC) == then
            before = ask(bot)
        with opened(file, PreviewOptions(pair="BTC/USDT"), datadir=calm) as bot:
            now = ask(bot)
        assert before.entry.time == then
        assert before.entry.rate != now.entry.rate
        assert before.entry.market.atr != now.entry.market.atr
        with (
            pytest.raises(PreviewError, match=r"end at 2024-01-15 00:00 UTC, before --at"),
            opened(file, PreviewOptions(pair=BTC, time=END + timedelta(hours=1)), datadir=calm),
        ):
            pass

    def test_leverage_and_stake_of_a_persons_own(self, exchange, calm, tmp_path):
        file = write_bot(tmp_path / "bot", exchange, riskguard=KELLY_OBSERVES)
        with opened(file, datadir=calm) as bot:
            own = ask(bot)
            lower = ask(bot, leverage=2.0)
            small = ask(bot, stake_quote=300.0)
            again = ask(bot)
        assert (lower.asked_leverage, lower.entry.leverage) == (2.0, 2.0)
        assert lower.bound("leverage") is None
        assert (small.asked_stake_quote, small.stake_quote) == (300.0, 300.0)
        # The strategy is as it was.
        assert again.entry == own.entry

    def test_nothing_is_left_behind(self, exchange, calm, tmp_path):
        journal = tmp_path / "journal.jsonl"
        file = write_bot(
            tmp_path / "bot",
            exchange,
            riskguard={"profile": "moderate", "journal_file": str(journal)},
        )
        with opened(file, datadir=calm) as bot:
            ask(bot)
        assert not journal.exists()
        assert not (tmp_path / "bot" / "bot.sqlite").exists()

    def test_what_is_set_unsafely_is_told_as_if_it_were_live(self, exchange, calm, tmp_path):
        file = write_bot(tmp_path / "bot", exchange, config={**SAFE, "order_types": None})
        content = json.loads(file.read_text())
        content["order_types"] = {**SAFE["order_types"], "stoploss_on_exchange": False}
        file.write_text(json.dumps(content))
        with opened(file, datadir=calm) as bot:
            limitations, unsafe = bot.safety()
        assert limitations == []
        assert any("order_types.stoploss_on_exchange is off" in line for line in unsafe)

    def test_the_signal_is_the_strategys(self, exchange, calm, tmp_path):
        file = write_bot(tmp_path / "bot", exchange)
        with opened(file, datadir=calm) as bot:
            signal = bot.signal_of(BTC, 1)
            bot.strategy.analyze_pair(BTC)
            frame, _ = bot.strategy.dp.get_analyzed_dataframe(BTC, "5m")
        assert signal.enters == (frame["enter_long"].iloc[-1] == 1)


class TestOtherStrategies:
    def test_one_without_a_guard_gets_what_it_asks_for(self, exchange, calm, tmp_path):
        file = write_bot(tmp_path / "bot", exchange, "reckless", config={"timeframe": "5m"})
        with opened(file, datadir=calm, strategy="Reckless") as bot:
            assert not bot.guarded
            assert not bot.enforcing
            answered = ask(bot)
        assert answered.entry.leverage == answered.asked_leverage == 10.0
        assert answered.stake_quote == answered.asked_stake_quote == pytest.approx(2_475.0)
        assert answered.said["leverage"] == ()
        assert answered.stop_rule == "stoploss"
        # 99 % of the margin at 10x.
        assert answered.stop_price == pytest.approx(answered.entry.rate * (1 - 0.099))

    @pytest.mark.parametrize("switch", [{"enabled": False}, {"mode": "observe"}])
    def test_a_guard_that_is_off_or_observes_changes_nothing(
        self, exchange, calm, tmp_path, switch
    ):
        file = write_bot(tmp_path / "bot", exchange, riskguard={"profile": "moderate", **switch})
        with opened(file, datadir=calm) as bot:
            assert bot.guarded
            assert not bot.enforcing
            answered = ask(bot)
        assert answered.entry.leverage == 10.0
        assert answered.stake_quote == pytest.approx(2_475.0)
        assert answered.stop_rule == "stoploss"
        would = {made.rule for made in answered.decisions}
        assert bool(would) == ("mode" in switch)

    def test_an_own_refusal_and_own_errors_are_told(self, exchange, calm, tmp_path):
        source = (
            "from riskguard_sample import RiskGuardSample\n\n\n"
            "class Stubborn(RiskGuardSample):\n"
            "    def confirm_trade_entry(self, *args, **kwargs):\n"
            "        return False\n\n"
            "    def custom_stake_amount(self, *args, **kwargs):\n"
            "        raise RuntimeError('no idea')\n"
        )
        file = write_bot(tmp_path / "bot", exchange)
        (tmp_path / "bot" / "strategies" / "stubborn.py").write_text(source)
        with opened(file, datadir=calm, strategy="Stubborn") as bot:
            answered = ask(bot)
        assert answered.refusal == "the strategy's confirm_trade_entry refuses it"
        assert answered.stake_quote == 0.0
        assert any("no idea" in error for error in bot.log.errors)

    @pytest.mark.parametrize(
        ("source", "message"),
        [
            ("", "no strategy Wanted in .*strategies; `freqtrade list-strategies`"),
            ("import nothing_like_it\nclass Wanted(object): pass", "due to 'No module named"),
            ("1 / 0\nclass Wanted(object): pass", "does not load .ZeroDivisionError"),
        ],
    )
    def test_one_that_does_not_load(self, exchange, calm, tmp_path, source, message):
        file = write_bot(tmp_path / "bot", exchange)
        (tmp_path / "bot" / "strategies" / "wanted.py").write_text(source)
        with (
            pytest.raises(PreviewError, match=message),
            opened(file, datadir=calm, strategy="Wanted"),
        ):
            pass

    def test_none_at_all(self, exchange, calm, tmp_path):
        file = write_bot(tmp_path / "bot", exchange, without=("strategy",))
        with pytest.raises(PreviewError, match="give --strategy NAME"), opened(file, datadir=calm):
            pass


class TestMissingKeys:
    @pytest.mark.parametrize("key", ["stake_currency", "entry_pricing", "exit_pricing"])
    def test_they_are_named_with_the_file(self, exchange, calm, tmp_path, key):
        file = write_bot(tmp_path / "bot", exchange, without=(key,))
        with (
            pytest.raises(PreviewError, match=rf"config\.json: '{key}' is a required property"),
            opened(file, datadir=calm),
        ):
            pass

    def test_margin_mode_too(self, exchange, calm, tmp_path):
        file = write_bot(tmp_path / "bot", exchange, without=("margin_mode",))
        with (
            pytest.raises(PreviewError, match=r"config\.json: exchange binance: Freqtrade does"),
            opened(file, datadir=calm),
        ):
            pass

    def test_a_strategy_may_set_them(self, exchange, calm, tmp_path):
        source = (
            "from riskguard_sample import RiskGuardSample\n\n\n"
            "class Own(RiskGuardSample):\n"
            "    stake_amount = 150\n"
        )
        file = write_bot(tmp_path / "bot", exchange, without=("stake_amount",))
        (tmp_path / "bot" / "strategies" / "own.py").write_text(source)
        with opened(file, datadir=calm, strategy="Own") as bot:
            assert ask(bot).asked_stake_quote == 150.0


class TestPairs:
    def test_one_that_the_exchange_does_not_have(self, exchange, calm, tmp_path):
        file = write_bot(tmp_path / "bot", exchange)
        with (
            pytest.raises(PreviewError, match=r"Binance has no market BTX.*; give one that it has"),
            opened(file, PreviewOptions(pair="BTX"), datadir=calm),
        ):
            pass
        settings = json.loads(file.read_text())
        settings["exchange"]["pair_whitelist"] = ["BTC/USDT:USDT", "ETC/USDT:USDT"]
        file.write_text(json.dumps(settings))
        with (
            pytest.raises(
                PreviewError, match=r"exchange\.pair_whitelist: Binance has no market ETC"
            ),
            opened(file, datadir=calm),
        ):
            pass

    def test_settings_of_one_that_is_not_there(self, exchange, calm, tmp_path):
        riskguard = {"profile": "moderate", "pairs": {"BTX/USDT:USDT": {"max_leverage": 2}}}
        file = write_bot(tmp_path / "bot", exchange, riskguard=riskguard)
        with (
            pytest.raises(
                PreviewError, match=r"riskguard\.pairs: the exchange has no market BTX/USDT:USDT"
            ),
            opened(file, datadir=calm),
        ):
            pass

    def test_no_candles_anywhere(self, calm, tmp_path):
        (tmp_path / "empty").mkdir()
        with ReplayExchange(calm) as exchange:
            file = write_bot(tmp_path / "bot", exchange)
            exchange.faults.empty = True
            with (
                pytest.raises(PreviewError, match=r"no candles of .* `freqtrade download-data"),
                opened(file, datadir=tmp_path / "empty"),
            ):
                pass
            with (
                pytest.raises(
                    PreviewError, match="--at needs them; get them with `freqtrade download-data"
                ),
                opened(file, PreviewOptions(pair="BTC", time=END), datadir=tmp_path / "empty"),
            ):
                pass

    def test_one_without_candles_is_left_out(self, calm, tmp_path):
        data = shutil.copytree(calm, tmp_path / "data")
        (data / "futures" / "ETH_USDT_USDT-5m-futures.feather").unlink()
        with ReplayExchange(calm) as exchange:
            file = write_bot(tmp_path / "bot", exchange)
            exchange.faults.empty = True
            with opened(file, datadir=data) as bot:
                assert bot.outlook.without_candles == (ETH,)
                assert bot.outlook.pairs == tuple(p for p in exchange.pairs if p != ETH)

    def test_stale_candles_of_the_exchange_are_not_entered_on(self, exchange, tmp_path):
        # Its recordings end in January 2024, and it is later than that.
        with opened(write_bot(tmp_path / "bot", exchange), PreviewOptions(pair=BTC)) as bot:
            answered = ask(bot)
        assert answered.refusal.startswith("volatility_target: volatility unknown")

    def test_an_exchange_that_does_not_answer(self, calm, tmp_path):
        with ReplayExchange(calm) as gone:
            file = write_bot(tmp_path / "bot", gone)
        with (
            pytest.raises(PreviewError, match=r"binance gave no markets \(.*check the connection"),
            opened(file, datadir=calm),
        ):
            pass


class TestFromTheExchange:
    @pytest.fixture
    def today(self, calm):
        """The same recordings, as if their twelfth day were today."""
        twelfth = datetime(2024, 1, 12, 12, 1, tzinfo=UTC)
        shift = (datetime.now(UTC) - twelfth) // timedelta(hours=1) * 3_600_000
        with ReplayExchange(calm, shift_ms=shift) as exchange:
            yield exchange

    def test_the_newest_candles(self, today, tmp_path):
        # Clients that earlier tests left without an exchange complain when they are thrown away.
        gc.collect()
        with opened(write_bot(tmp_path / "bot", today), PreviewOptions(pair=BTC)) as bot:
            answered = ask(bot)
            assert bot.is_from_exchange(BTC)
            assert datetime.now(UTC) - bot.time_of(BTC) < timedelta(minutes=1)
            assert bot.log.errors == []
        assert answered.refusal is None
        assert answered.entry.market.daily_volatility > 0
        assert answered.entry.market.funding.rates_8h
        assert answered.entry.market.candle_age_intervals < 1

    def test_what_the_bot_has_traded_counts(self, today, tmp_path):
        file = write_bot(tmp_path / "bot", today)
        open_database(f"sqlite:///{tmp_path / 'bot' / 'bot.sqlite'}")
        now = datetime.now(UTC)
        for number in range(1, 61):
            closed = lost(number, now - timedelta(days=1, hours=12 * number))
            Trade.session.add(closed)
        Trade.session.add(open_trade(61, pair=ETH, kind=Trade, leverage=2.0))
        Trade.commit()
        Trade.session.remove()

        with opened(file, PreviewOptions(pair=BTC)) as bot:
            answered = ask(bot)
            assert bot.history == str(tmp_path / "bot" / "bot.sqlite")
            assert bot.account.open_trades == 1
        # Sixty losses in a month and no win: the edge is disproven, and there is no trade.
        assert answered.entry.edge.trades == 60
        assert answered.refusal.startswith("kelly: edge disproven")
        with opened(file, PreviewOptions(pair=BTC, with_database=False)) as bot:
            assert ask(bot).entry.edge.trades == 0


def lost(number, when):
    """Return a trade that lost a per cent of its stake, of a bot's database."""
    trade = open_trade(number, kind=Trade, leverage=1.0, stake=100.0)
    trade.is_open = False
    trade.open_date = (when - timedelta(hours=1)).replace(tzinfo=None)
    trade.close_date = when.replace(tzinfo=None)
    trade.close_profit, trade.close_profit_abs = -0.01, -1.0
    trade.realized_profit = -1.0
    return trade
