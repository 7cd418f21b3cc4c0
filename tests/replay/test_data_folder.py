import pytest

from freqtrade_riskguard.replay.data_folder import Contract, DataFolderError, futures_files


def touch(folder, *names):
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).touch()


def test_finds_every_timeframe_of_every_linear_perpetual(tmp_path):
    touch(
        tmp_path / "futures",
        "ETH_USDT_USDT-5m-futures.feather",
        "BTC_USDT_USDT-5m-futures.feather",
        "BTC_USDT_USDT-1h-futures.feather",
        "1000PEPE_USDC_USDC-1d-futures.feather",
    )
    files = futures_files(tmp_path)
    assert [coin.pair for coin in files] == [
        "1000PEPE/USDC:USDC",
        "BTC/USDT:USDT",
        "ETH/USDT:USDT",
    ]
    assert [path.name for path in files[Contract("BTC", "USDT")]] == [
        "BTC_USDT_USDT-1h-futures.feather",
        "BTC_USDT_USDT-5m-futures.feather",
    ]
    assert Contract("BTC", "USDT").symbol == "BTCUSDT"


def test_ignores_what_is_not_a_linear_perpetual(tmp_path):
    touch(
        tmp_path / "futures",
        "BTC_USDT_USDT-1h-futures.feather",
        "BTC_USDT_USDT-1h-mark.feather",
        "BTC_USDT_USDT-1h-funding_rate.feather",
        "BTC_USD_BTC-1h-futures.feather",
        "BTC_USDT_USDT-240329-1h-futures.feather",
        "ETH_USDT_USDT-1h-futures.json.gz",
        "notes-futures.feather",
    )
    assert list(futures_files(tmp_path)) == [Contract("BTC", "USDT")]


def test_accepts_the_futures_folder_itself(tmp_path):
    touch(tmp_path / "futures", "BTC_USDT_USDT-1h-futures.feather")
    assert futures_files(tmp_path / "futures") == futures_files(tmp_path)


def test_names_a_missing_folder(tmp_path):
    with pytest.raises(DataFolderError, match="no-such-folder does not exist"):
        futures_files(tmp_path / "no-such-folder")


@pytest.mark.parametrize("beneath", [".", "futures"])
def test_says_what_an_empty_folder_lacks_in_one_line(tmp_path, beneath):
    (tmp_path / beneath).mkdir(exist_ok=True)
    with pytest.raises(DataFolderError, match="no futures candles") as caught:
        futures_files(tmp_path)
    assert "download-data" in str(caught.value)
    assert "\n" not in str(caught.value)
