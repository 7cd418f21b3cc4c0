import json
import os
import tracemalloc
import zipfile
from datetime import UTC, datetime, timedelta
from math import inf, isnan, nan

import pytest

from freqtrade_riskguard.adapters.backtests.files import ResultError, find_result, read_result
from tests.support.results import BTC, STRATEGY, at, lock, order, stats, store, trade


@pytest.fixture
def results(tmp_path):
    return tmp_path / "user_data" / "backtest_results"


def refused(path, strategy=None):
    with pytest.raises(ResultError) as error:
        read_result(path, strategy)
    message = str(error.value)
    assert str(path) in message
    assert "\n" not in message
    return message


class TestFind:
    def test_a_file_is_itself(self, results, tmp_path):
        path = store(results, {STRATEGY: stats()})
        assert find_result(path, tmp_path) == path

    def test_of_a_folder_the_one_that_freqtrade_calls_its_last(self, results, tmp_path):
        first = store(results, {STRATEGY: stats()}, name="backtest-result-a-2024")
        second = store(results, {STRATEGY: stats()}, name="backtest-result-b-2024")
        (results / ".last_result.json").write_text(json.dumps({"latest_backtest": first.name}))
        assert find_result(results, tmp_path) == first
        # One that is gone is not looked for.
        first.unlink()
        assert find_result(results, tmp_path) == second

    def test_without_that_the_youngest(self, results, tmp_path):
        old = store(results, {STRATEGY: stats()}, name="z")
        young = store(results, {STRATEGY: stats()}, name="a")
        os.utime(old, (1, 1))
        assert find_result(results, tmp_path) == young

    def test_of_a_user_directory_its_results(self, results, tmp_path):
        path = store(results, {STRATEGY: stats()})
        assert find_result(None, tmp_path / "user_data") == path
        assert find_result(tmp_path / "user_data", tmp_path) == path

    @pytest.mark.parametrize("given", [None, "nowhere.zip"])
    def test_nothing_there_names_the_remedy(self, given, tmp_path):
        path = None if given is None else tmp_path / given
        with pytest.raises(ResultError, match=r"does not exist: (name a result|check the path)"):
            find_result(path, tmp_path / "user_data")

    def test_an_empty_folder_names_the_remedy(self, tmp_path):
        with pytest.raises(ResultError, match="holds no backtest result"):
            find_result(tmp_path, tmp_path)


class TestRead:
    def test_a_trade_as_freqtrade_stores_it(self, results):
        cut = order(110, 0.5, 3, is_entry=False, tag="riskguard_drawdown_ladder")
        orders = [
            order(100, 2.0, 1, is_entry=True),
            {**order(90, 1.0, 2, is_entry=True), "order_filled_timestamp": None},
            cut,
            order(120, 1.5, 4, is_entry=False),
        ]
        record = trade(
            100,
            120,
            1,
            4,
            is_short=True,
            leverage=5.0,
            stake_amount=30.0,
            max_stake_amount=40.0,
            exit_reason="trailing_stop_loss",
            funding_fees=-0.3,
            orders=orders,
        )
        path = store(results, {STRATEGY: stats(record, locks=[lock(5, 6, "3 in a row")])})
        found = read_result(path)

        (read,) = found.trades
        assert (read.pair, read.side, read.leverage) == (BTC, -1, 5.0)
        assert (read.open_time, read.close_time) == (at(1), at(4))
        assert (read.entry_price, read.exit_price) == (100, 120)
        # All entries, not what partial exits have left.
        assert read.stake_quote == 40.0
        assert [fill.price for fill in read.fills] == [100, 110, 120]
        assert read.fills[1].tag == "riskguard_drawdown_ladder"
        assert (read.last_amount, read.funding_quote) == (1.5, -0.3)
        assert (read.is_stop, read.is_liquidation, read.is_censored) == (True, False, False)
        (pause,) = found.pauses
        assert (pause.since, pause.until, pause.why) == (at(5), at(6), "3 in a row")
        assert pause.covers(read) is False
        assert (found.timeframe, found.candle_timeframe, found.exchange) == ("1h", "1h", "binance")

    @pytest.mark.parametrize(
        ("reason", "stop", "censored"),
        [
            ("stop_loss", True, False),
            ("riskguard_daily_loss", True, False),
            ("force_exit", False, True),
            ("exit_signal", False, False),
            ("liquidation", False, False),
        ],
    )
    def test_how_it_ended(self, reason, stop, censored, results):
        path = store(results, {STRATEGY: stats(trade(100, 99, 1, 2, exit_reason=reason))})
        (read,) = read_result(path).trades
        assert (read.is_stop, read.is_censored) == (stop, censored)

    def test_trades_come_in_the_order_in_which_they_closed(self, results):
        late, early = trade(100, 101, 1, 9), trade(100, 102, 2, 3, pair="ETH/USDT:USDT")
        found = read_result(store(results, {STRATEGY: stats(late, early)}))
        assert [read.exit_price for read in found.trades] == [102, 101]
        assert found.pairs == (BTC, "ETH/USDT:USDT")

    def test_the_json_of_older_versions_without_orders(self, results):
        record = trade(100, 110, 1, 2)
        del record["orders"], record["min_rate"], record["stop_loss_abs"]
        results.mkdir(parents=True)
        path = results / "backtest-result-old.json"
        path.write_text(json.dumps({"strategy": {STRATEGY: stats(record)}}))
        (read,) = read_result(path).trades
        assert [(fill.price, fill.is_entry) for fill in read.fills] == [(100, True), (110, False)]
        assert read.lowest_price != read.lowest_price

    def test_the_margin_of_all_entries_where_only_what_was_left_is_stored(self, results):
        # 1 bought at 100 and 1 at 80, 5x: (100 + 80) / 5 = 36; half was sold, so 18 are left.
        orders = [
            order(100, 1.0, 1, is_entry=True),
            order(80, 1.0, 2, is_entry=True),
            order(95, 1.0, 3, is_entry=False),
            order(96, 1.0, 4, is_entry=False),
        ]
        record = trade(90, 96, 1, 4, leverage=5.0, stake_amount=18.0, orders=orders)
        (read,) = read_result(store(results, {STRATEGY: stats(record)})).trades
        assert read.stake_quote == pytest.approx(36)

    def test_what_may_be_missing_is_unknown_and_not_0(self, results):
        record = trade(100, 110, 1, 2)
        del record["funding_fees"], record["orders"], record["min_rate"]
        found = stats(record, locks=None, margin_mode=None)
        read = read_result(store(results, {STRATEGY: found}))
        (only,) = read.trades
        assert isnan(only.funding_quote)
        assert isnan(only.lowest_price)
        assert only.has_orders is False
        assert read.has_locks is False
        assert read.margin_mode == ""

    def test_a_zip_may_have_another_name(self, results):
        path = store(results, {STRATEGY: stats(trade(100, 110, 1, 2))})
        renamed = path.rename(path.with_name("mine.zip"))
        assert len(read_result(renamed).trades) == 1

    def test_fixed_stakes_do_not_compound(self, results):
        one = trade(100, 110, 1, 2)
        path = store(results, {STRATEGY: stats(one, stake_amount=100)})
        assert read_result(path).compounds is False

    def test_of_several_strategies_one_is_named(self, results):
        one = stats(trade(100, 110, 1, 2))
        path = store(results, {"First": one, "Second": one})
        assert "--strategy one of First, Second" in refused(path)
        assert read_result(path, "Second").strategy == "Second"
        assert "holds no strategy Third" in refused(path, "Third")

    def test_dates_are_utc(self, results):
        found = read_result(store(results, {STRATEGY: stats(trade(100, 110, 1, 2))}))
        assert (found.start, found.end - found.start) == (at(0), timedelta(hours=48))
        assert found.start.tzinfo == UTC == datetime.now(UTC).tzinfo


class TestBadInput:
    def test_what_is_no_zip(self, tmp_path):
        path = tmp_path / "result.zip"
        path.write_bytes(b"PK not a zip")
        assert "is not a zip file, or is damaged" in refused(path)

    def test_a_zip_that_is_cut_off_or_changed(self, results):
        path = store(results, {STRATEGY: stats(trade(100, 110, 1, 2))})
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) // 2])
        assert "damaged" in refused(path)
        path.write_bytes(whole[:60] + bytes(40) + whole[100:])
        assert "damaged" in refused(path)

    def test_a_zip_without_json(self, tmp_path):
        path = tmp_path / "result.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("readme.txt", "hello")
        assert "without a result" in refused(path)

    @pytest.mark.parametrize("text", ["{not json", "\xff"])
    def test_wrong_json(self, text, tmp_path):
        path = tmp_path / "result.json"
        path.write_bytes(text.encode("latin-1"))
        assert "is not " in refused(path)

    @pytest.mark.parametrize("document", [[], {}, {"strategy": []}, {"strategy": {}}, 3])
    def test_json_of_something_else(self, document, tmp_path):
        path = tmp_path / "config.json"
        path.write_text(json.dumps(document))
        assert "is not a backtest result" in refused(path)

    @pytest.mark.parametrize(
        "broken",
        [
            {"trades": None},
            {"trades": [{}]},
            {"trades": [trade(100, 110, 1, 2) | {"open_rate": None}]},
            {"trades": [trade(100, 110, 1, 2) | {"open_rate": 0}]},
            {"trades": [trade(100, 110, 1, 2) | {"close_date": "yesterday"}]},
            {"trades": [trade(100, 110, 1, 2) | {"profit_abs": nan}]},
            {"trades": [trade(100, 110, 1, 2) | {"close_rate": nan}]},
            {"trades": [trade(100, 110, 1, 2) | {"funding_fees": nan}]},
            {"trades": [trade(100, 110, 1, 2) | {"fee_close": inf}]},
            {"trades": [trade(100, 110, 1, 2, orders=[order(nan, 1, 1, is_entry=True)])]},
            {"trades": [trade(100, 110, 1, 2, orders=[order(100, 0, 1, is_entry=True)])]},
            {"starting_balance": "much"},
            {"starting_balance": 0},
            {"starting_balance": nan},
        ],
    )
    def test_a_strategy_that_cannot_be_read(self, broken, results):
        path = store(results, {STRATEGY: stats(trade(100, 110, 1, 2)) | broken})
        assert f"its {STRATEGY} cannot be read" in refused(path)

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"close_date": str(at(0.5))}, "close_date before its open_date"),
            ({"open_date": "1970-01-01 00:00:00"}, "open_date outside of 2009 to 2100"),
            ({"close_date": "2262-01-01 00:00:00"}, "close_date outside of 2009 to 2100"),
            ({"open_rate": -100.0}, "open_rate that is not above 0"),
            ({"close_rate": 0.0}, "close_rate that is not above 0"),
            ({"leverage": 0.0}, "leverage that is not above 0"),
            ({"leverage": -3.0}, "leverage that is not above 0"),
            ({"leverage": 1e308}, "leverage of an impossible size"),
            ({"leverage": 2_000.0}, "leverage above 1,000"),
            ({"stake_amount": 1e308}, "stake_amount of an impossible size"),
            ({"profit_abs": 1e308}, "profit_abs of an impossible size"),
            ({"profit_abs": -inf}, "profit_abs that is not a number"),
            ({"funding_fees": 1e308}, "funding_fees of an impossible size"),
            ({"fee_close": 1.0}, "fee_close of 100 % or more"),
            ({"min_rate": -inf}, "min_rate that is not a number"),
            ({"max_rate": 1e308}, "max_rate of an impossible size"),
            ({"stop_loss_abs": 1e308}, "stop_loss_abs of an impossible size"),
            # One unit at 100 and 1x are a margin of 100.
            ({"stake_amount": 89.0}, "stake_amount that does not fit its orders"),
            ({"stake_amount": 112.0}, "stake_amount that does not fit its orders"),
            ({"leverage": 10.0, "stake_amount": 100.0}, "stake_amount that does not fit"),
        ],
    )
    def test_an_impossible_trade(self, changes, said, results):
        whole, broken = trade(100, 110, 1, 2), trade(100, 90, 3, 4) | changes
        message = refused(store(results, {STRATEGY: stats(whole, broken)}))
        assert f"trade 2 has a{'n' if said[0] == 'o' else ''} {said}" in message

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"safe_price": -1.0}, "a safe_price that is not above 0"),
            ({"safe_price": 1e308}, "a safe_price of an impossible size"),
            ({"amount": 1e308}, "an amount of an impossible size"),
            (
                {"order_filled_timestamp": 1.0},
                "an order_filled_timestamp outside of 2009 to 2100",
            ),
        ],
    )
    def test_an_impossible_order(self, changes, said, results):
        broken = trade(100, 90, 3, 4)
        broken["orders"][1] |= changes
        message = refused(store(results, {STRATEGY: stats(broken)}))
        assert f"order 2 of trade 1 has {said}" in message

    def test_a_margin_that_is_rounded_to_contracts_is_possible(self, results):
        path = store(results, {STRATEGY: stats(trade(100, 110, 1, 2, stake_amount=95.0))})
        assert read_result(path).trades[0].stake_quote == 95.0

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"backtest_end": "2023-12-31 00:00:00"}, "backtest_end before its backtest_start"),
            ({"backtest_start": "1970-01-01 00:00:00"}, "backtest_start outside of 2009 to 2100"),
            ({"starting_balance": 1e308}, "starting_balance of an impossible size"),
        ],
    )
    def test_an_impossible_result(self, changes, said, results):
        path = store(results, {STRATEGY: stats(trade(100, 110, 1, 2)) | changes})
        assert f"the result has a {said}" in refused(path)

    @pytest.mark.parametrize("gone", ["left out", "null"])
    @pytest.mark.parametrize(
        "field",
        [
            "pair",
            "is_short",
            "leverage",
            "stake_amount",
            "open_rate",
            "open_date",
            "close_date",
            "profit_abs",
            "exit_reason",
            "fee_open",
            "fee_close",
        ],
    )
    def test_a_trade_without_a_field_that_figures_need(self, field, gone, results):
        whole, broken = trade(100, 110, 1, 2), trade(100, 90, 3, 4)
        if gone == "null":
            broken[field] = None
        else:
            del broken[field]
        message = refused(store(results, {STRATEGY: stats(whole, broken)}))
        assert f"trade 2 has no {field}, so " in message
        assert "backtesting" in message

    @pytest.mark.parametrize("field", ["amount", "close_rate"])
    def test_without_orders_its_own_size_and_price_are_needed(self, field, results):
        broken = trade(100, 110, 1, 2)
        del broken["orders"], broken[field]
        path = store(results, {STRATEGY: stats(broken)})
        assert f"trade 1 has no {field}, so " in refused(path)

    @pytest.mark.parametrize("field", ["safe_price", "amount", "ft_is_entry"])
    def test_an_order_without_what_it_filled(self, field, results):
        broken = trade(100, 110, 1, 2)
        del broken["orders"][1][field]
        path = store(results, {STRATEGY: stats(broken)})
        assert f"order 2 of trade 1 has no {field}, so " in refused(path)

    @pytest.mark.parametrize(
        "field",
        [
            "starting_balance",
            "stake_currency",
            "stake_amount",
            "timeframe",
            "backtest_start",
            "backtest_end",
            "trading_mode",
        ],
    )
    def test_a_result_without_a_field_that_figures_need(self, field, results):
        broken = stats(trade(100, 110, 1, 2))
        del broken[field]
        path = store(results, {STRATEGY: broken})
        assert f"the result has no {field}, so " in refused(path)

    def test_no_value_of_the_result_is_repeated(self, results):
        broken = trade(100, 110, 1, 2, pair="SECRET/USDT:USDT", open_rate=0)
        assert "SECRET" not in refused(store(results, {STRATEGY: stats(broken)}))

    def test_a_result_of_spot(self, results):
        one = stats(trade(100, 110, 1, 2), trading_mode="spot")
        assert "is a spot result" in refused(store(results, {STRATEGY: one}))

    def test_a_result_without_trades(self, results):
        path = store(results, {STRATEGY: stats()})
        assert f"has no trades of {STRATEGY}" in refused(path)
        assert read_result(path, needs_trades=False).trades == ()

    def test_a_folder_instead_of_a_file(self, tmp_path):
        assert "cannot be read" in refused(tmp_path)

    def test_a_zip_that_would_grow_is_not_unpacked(self, results):
        path = store(results, {STRATEGY: stats(trade(100, 110, 1, 2))})
        with (
            zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive,
            # The shortest name is taken for the result.
            archive.open("b.json", "w", force_zip64=True) as member,
        ):
            for _ in range(1_001):
                member.write(bytes(1_000_000))
        assert path.stat().st_size < 10_000_000
        tracemalloc.start()
        assert "is larger than 1,000 MB" in refused(path)
        assert tracemalloc.get_traced_memory()[1] < 100_000_000
        tracemalloc.stop()

    @pytest.mark.parametrize("name", ["a/b", "../../etc", "a b", "a\x1b[2J", ""])
    def test_a_strategy_that_no_class_can_be_called(self, name, results):
        path = store(results, {name: stats(trade(100, 110, 1, 2))})
        assert "names a strategy that no class can be called" in refused(path)

    def test_no_value_of_another_file_is_shown(self, results):
        broken = trade(100, 110, 1, 2) | {"open_rate": "hunter2", "close_date": "hunter2"}
        text = refused(store(results, {STRATEGY: stats(broken)}))
        assert "hunter2" not in text

    def test_what_others_wrote_is_escaped(self, results):
        one = trade(100, 110, 1, 2, exit_reason="a\nb\x1b[2J", pair="[red]\u202eX/USDT:USDT")
        (read,) = read_result(store(results, {STRATEGY: stats(one)})).trades
        assert (read.exit_reason, read.pair) == ("a\\nb\\x1b[2J", "[red]\\u202eX/USDT:USDT")

    @pytest.mark.parametrize("name", ["result.zip", "result.json"])
    def test_a_pipe_is_not_waited_for(self, name, tmp_path):
        os.mkfifo(tmp_path / name)
        assert "not a regular file" in refused(tmp_path / name)
