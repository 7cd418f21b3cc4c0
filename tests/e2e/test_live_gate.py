"""`riskguard check --live` against an exchange with an account: fit, not fit, nobody can say."""

import json
from collections import Counter

import ccxt
import pytest
import time_machine

from freqtrade_riskguard.adapters.rehearsal.exchange import tiers_of
from freqtrade_riskguard.cli import main
from freqtrade_riskguard.replay import ReplayExchange
from freqtrade_riskguard.replay.clock import wall_clock_ms
from tests.support.live_scenes import bot, market, run
from tests.support.offline import SAFE, write_bot
from tests.support.scripted import BTC

LIVE = {**SAFE, "dry_run": False}
SUBJECTS = [
    *("clock", "API key", "position mode", "asset mode", "balance"),
    *("leverage brackets", "stop orders", "positions", "orders"),
]


@pytest.fixture
def venue(calm):
    """An exchange with an account of 7,654 USDT, and the brackets that freqtrade ships."""
    with ReplayExchange(calm, wallet_quote=7_654.0, tiers=tiers_of(calm)) as opened:
        yield opened


def gate(file, *argv):
    arguments = ["-c", str(file), "--userdir", str(file.parent), *map(str, argv)]
    return main(["check", "--live", "--json", *arguments])


def looked_at(capsys):
    """Return what was found, by subject, and the whole document."""
    document = json.loads(capsys.readouterr().out)
    found: dict[str, list[dict[str, str]]] = {}
    for row in document["account"]:
        found.setdefault(row["subject"], []).append(row)
    return found, document


def statuses(found):
    return {subject: [row["status"] for row in rows] for subject, rows in found.items()}


def test_a_fit_account_is_only_read(venue, calm, tmp_path, capsys):
    file = write_bot(tmp_path / "bot", venue, config=LIVE)
    keys = venue.config()["exchange"]

    arguments = ["-c", str(file), "--userdir", str(file.parent), "--datadir", str(calm)]
    code = main(["check", "--live", *arguments])

    shown = capsys.readouterr()
    assert (code, shown.err) == (0, "")
    text = " ".join(shown.out.split())
    assert "balance ok 7654 USDT, 7654 of it free" in text
    assert "API key ok trades futures, cannot withdraw" in text
    assert text.endswith("OK: no danger found.")
    assert keys["key"] not in shown.out
    assert keys["secret"] not in shown.out
    assert {method for method, _ in venue.requests} == {"GET"}
    # Each look is one request; the balance was asked for before, and ccxt wants the brackets once
    # more with the positions.
    private = Counter({path: n for (_, path), n in venue.requests.items() if "Info" not in path})
    assert private == Counter(
        {
            "/fapi/v1/time": 1,
            "/fapi/v3/account": 2,
            "/sapi/v1/account/apiRestrictions": 1,
            "/fapi/v1/positionSide/dual": 1,
            "/fapi/v1/multiAssetsMargin": 1,
            "/fapi/v1/leverageBracket": 2,
            "/fapi/v3/positionRisk": 1,
            "/fapi/v1/openAlgoOrders": 1,
            "/fapi/v1/openOrders": 1,
        }
    )
    assert not (tmp_path / "bot" / "bot.sqlite").exists()


def test_what_has_to_be_mended_first(venue, calm, tmp_path, capsys):
    account = venue.account
    account.hedge_mode = account.multi_assets = account.key_withdraws = True
    account.key_trades = False
    file = write_bot(tmp_path / "bot", venue, config={**LIVE, "available_capital": 9_000})

    assert gate(file, "--datadir", calm) == 1

    found, document = looked_at(capsys)
    assert document["verdict"] == "danger"
    assert list(found) == SUBJECTS
    assert statuses(found) == {
        **{key: ["ok"] for key in SUBJECTS},
        "API key": ["danger", "danger"],
        **{key: ["danger"] for key in ("position mode", "asset mode", "balance")},
    }
    told = "\n".join(document["dangers"])
    assert "The key may not trade futures" in told
    assert "The key may withdraw" in told
    assert "hedge mode: freqtrade does not start. Set its position mode to one-way" in told
    assert "multi-assets mode: freqtrade does not start." in told
    assert "Set available_capital to at most 7654." in told
    assert len(document["dangers"]) == 5


def test_brackets_that_are_stricter_than_those_of_backtests(calm, tmp_path, capsys):
    # Those of a contract that nobody has looked up: 10x at most.
    with ReplayExchange(calm, wallet_quote=7_654.0) as venue:
        file = write_bot(tmp_path / "bot", venue, config=LIVE)
        assert gate(file, "--datadir", calm) == 1

    found, document = looked_at(capsys)
    assert statuses(found) == {
        **{key: ["ok"] for key in SUBJECTS},
        "leverage brackets": ["danger"],
    }
    (told,) = document["dangers"]
    assert "leverage brackets are stricter than those that backtests" in told
    assert f"{BTC} (maintenance " in told


def test_a_clock_that_is_wrong(calm, tmp_path, capsys):
    def late():
        return wall_clock_ms() - 30_000

    with ReplayExchange(calm, wallet_quote=7_654.0, tiers=tiers_of(calm), now_ms=late) as venue:
        file = write_bot(tmp_path / "bot", venue, config=LIVE)
        assert gate(file, "--datadir", calm) == 1

    found, document = looked_at(capsys)
    (clock,) = found["clock"]
    assert clock["found"].startswith("this machine's clock is 30.0 s ahead of the exchange's")
    assert clock["remedy"] == "Let the system set it (NTP)."
    # Nothing that is signed is answered then, and that is why.
    assert statuses(found)["balance"] == ["unknown"]
    assert found["balance"][0]["found"].endswith("set this machine's clock")
    assert len(document["dangers"]) == 1


@pytest.mark.parametrize(
    ("changes", "subject", "why"),
    [
        ({"secret": "some-other-secret"}, "balance", "the exchange refuses the key"),
        ({"key": "some-other-key"}, "positions", "the exchange refuses the key"),
        ({}, "API key", "the exchange refuses the key"),
    ],
    ids=["secret", "key", "no answer about rights"],
)
def test_nobody_can_say(venue, calm, tmp_path, capsys, changes, subject, why):
    if not changes:
        rule = {"what": "refuse", "path": "/sapi/v1/account/apiRestrictions", "code": -2015}
        venue.faults.add({**rule, "status": 401})
    keys = {**venue.config()["exchange"], **changes}
    file = write_bot(tmp_path / "bot", venue, config={**LIVE, "exchange": keys})

    assert gate(file, "--datadir", calm) == 2

    shown = capsys.readouterr()
    document = json.loads(shown.out)
    assert document["verdict"] == "unknown"
    assert document["dangers"] == []
    (row,) = [row for row in document["account"] if row["subject"] == subject]
    assert row["status"] == "unknown"
    assert row["found"].startswith(f"not told: {why}")
    for secret in changes.values():
        assert secret not in shown.out + shown.err
    assert "signature" not in shown.out


def test_an_exchange_that_does_not_answer_at_all(venue, calm, tmp_path, capsys):
    venue.faults.add({"what": "go_away", "path": "/fapi/v3/positionRisk"})
    file = write_bot(tmp_path / "bot", venue, config=LIVE)

    arguments = ["-c", str(file), "--userdir", str(file.parent), "--datadir", str(calm)]
    assert main(["check", "--live", *arguments]) == 2

    text = " ".join(capsys.readouterr().out.split())
    assert "positions unknown not told: the exchange did not answer" in text
    assert text.endswith("CANNOT TELL: answers are missing (1).")


def test_without_its_database_nobody_can_say(venue, calm, tmp_path, capsys):
    file = write_bot(tmp_path / "bot", venue, config=LIVE)
    assert gate(file, "--datadir", calm, "--no-database") == 2
    found, _ = looked_at(capsys)
    assert statuses(found)["positions"] == ["unknown"]
    assert found["positions"][0]["found"].endswith("give --live without it")


@pytest.mark.slow
def test_positions_and_orders_that_no_trade_knows_of(tmp_path_factory, tmp_path, capsys):
    data = market(tmp_path_factory.mktemp("quiet"))
    folder = tmp_path / "bot"
    live = bot(folder, data)
    # Opened here, it outlives the bot.
    with live.exchange as venue:
        with live:
            run(live, 8)
            assert len(live.stops(BTC)) == 1
            other = next(pair for pair in venue.pairs if pair != BTC)
            price = live.price(other)
        own = folder / "own.json"
        own.write_text(
            json.dumps({"strategy": "Planned", "db_url": f"sqlite:///{folder / 'trades.sqlite'}"})
        )
        arguments = ("-c", own, "--datadir", tmp_path, "--from-exchange")
        with time_machine.travel(live.clock.time, tick=False):
            gate(folder / "config.json", *arguments)
            found, _ = looked_at(capsys)
            assert statuses(found)["positions"] == ["ok"]
            assert found["positions"][0]["found"] == "as the bot's trades say (1 open)"
            assert found["orders"][0]["found"] == "1, each of a trade"

            client = connected(venue)
            client.create_order(other, "market", "sell", 1.0)
            client.create_order(
                other,
                "stop_market",
                "buy",
                1.0,
                params={"stopPrice": round(1.1 * price, 1), "reduceOnly": True},
            )
            client.create_order(other, "limit", "buy", 1.0, round(0.9 * price, 1))
            (stop,) = client.fetch_open_orders(BTC, params={"stop": True})
            client.cancel_order(stop["id"], BTC, params={"stop": True})
            assert gate(folder / "config.json", *arguments) == 1
        found, document = looked_at(capsys)

    assert statuses(found)["positions"] == ["danger"]
    (row,) = found["positions"]
    assert row["found"].startswith(f"{other}: the exchange holds 1 short, entered at ")
    assert "and no trade knows of it. The bot would enter nothing while it stands." in row["found"]
    unknown, bare = found["orders"]
    assert (
        f"no trade knows of a stop order on {other} at {round(1.1 * price, 1):g}"
        in (unknown["found"])
    )
    assert f"an order on {other} to buy 1 at {round(0.9 * price, 1):g}" in unknown["found"]
    assert bare["found"].startswith(
        f"no stop order stands on the exchange for trade 1 ({BTC} long)"
    )
    told = "\n".join(document["dangers"])
    assert "Close it on the exchange; if it is another's" in told
    assert "Cancel it on the exchange." in told


def connected(venue):
    """Return a client of the account's, as its owner would use one by hand."""
    exchange = venue.config()["exchange"]
    return ccxt.binance(
        {
            **exchange["ccxt_config"],
            "apiKey": exchange["key"],
            "secret": exchange["secret"],
            "options": {"defaultType": "swap"},
        }
    )
