"""The venues that freqtrade trades futures on, a row each, with the source of each row.

Kinds and prices of stops and the margin modes are freqtrade's own (``_ft_has_futures``); a test
compares them. All venues liquidate by the mark price.
"""

from freqtrade_riskguard.venues.rule import VenueRule

_WHOLE, _TENTHS = 1.0, 0.1
# Why an exchange closes a position itself.
LIQUIDATION, DELEVERAGING, DELISTING = "liquidation", "auto_deleveraging", "delisting"

BINANCE = VenueRule(
    name="binance",
    title="Binance",
    maintenance="progressive",
    deduction="cum",
    liquidation_fee="taker fee, and a clearance fee out of what is left",
    leverage_step=_WHOLE,
    stop_orders=("limit", "market"),
    stop_prices=("last", "mark"),
    margin_modes=("cross", "isolated"),
    lots="step of the amount, base units",
    funding_hours=(1, 4, 8),
    transfer_entries=("transfer", "deposit", "withdrawal"),
    own_orders=(
        ("autoclose-", LIQUIDATION),
        ("adl_autoclose", DELEVERAGING),
        ("settlement_autoclose-", DELISTING),
    ),
    sources=(
        "Binance: How to Calculate Liquidation Price of USDⓈ-M Futures Contracts",
        "freqtrade: binance_leverage_tiers.json, floor_leverage",
        "ccxt: binance.parse_ledger_entry_type",
    ),
    aliases=("binanceusdm",),
)

BYBIT = VenueRule(
    name="bybit",
    title="Bybit",
    maintenance="progressive",
    deduction="mmDeduction",
    liquidation_fee="fee to close, at the taker's rate",
    leverage_step=_TENTHS,
    stop_orders=("limit", "market"),
    stop_prices=("index", "last", "mark"),
    margin_modes=("isolated",),
    lots="step of the amount, base units",
    funding_hours=(1, 2, 4, 8),
    own_orders=(
        ("CreateByLiq", LIQUIDATION),
        ("CreateByTakeOver_PassThrough", LIQUIDATION),
        ("CreateByAdl_PassThrough", DELEVERAGING),
        ("CreateBySettle", DELISTING),
    ),
    own_orders_key="createType",
    funding_fee_key="execFee",
    # 50 payments an answer, which may be hourly.
    funding_span_hours=48,
    open_orders_limit=50,
    sources=(
        "Bybit: Maintenance Margin (USDT Contract), 2025-09-05",
        "Bybit: V5 API: Get Trade History, Get Open & Closed Orders, Enums (createType)",
        (
            "Bybit: Liquidation Price Calculation under Isolated Mode (Unified Trading Account), "
            "2026-05-27: on the value at the mark price; before, on the value at entry, which "
            "differs by less than 0.15 % of the price at 5x"
        ),
    ),
    aliases=("bybiteu",),
)

OKX = VenueRule(
    name="okx",
    title="OKX",
    maintenance="contracts",
    liquidation_fee="taker fee",
    leverage_step=_TENTHS,
    stop_orders=("limit", "market"),
    stop_prices=("index", "last", "mark"),
    margin_modes=("isolated",),
    lots="contracts",
    funding_hours=(1, 2, 4, 8),
    sources=(
        "OKX: Tiered maintenance margin ratio rules, 2025-05-16",
        (
            "ccxt: okx.parse_market_leverage_tiers hands over minSz and maxSz, which are contracts "
            "(ccxt pull requests 29227 and 29228)"
        ),
        "freqtrade issue 11923",
    ),
    aliases=("okex", "myokx", "okxus"),
)

GATE = VenueRule(
    name="gate",
    title="Gate",
    maintenance="progressive",
    deduction="deduction",
    liquidation_fee="taker fee",
    leverage_step=_TENTHS,
    stop_orders=("limit",),
    stop_prices=("index", "last", "mark"),
    margin_modes=("isolated",),
    lots="contracts",
    funding_hours=(1, 2, 4, 8),
    sources=(
        (
            "Gate: Risk Limit Explanation, 2025-09-30; progressive since 2025-07-29, before that "
            "the rate of one tier on the whole position"
        ),
        "Gate API: FuturesRiskLimitTier.deduction",
        "ccxt: gate.parse_emulated_leverage_tiers makes tiers of a contract's risk_limit_step",
    ),
    aliases=("gateio", "gateeu"),
)

HYPERLIQUID = VenueRule(
    name="hyperliquid",
    title="Hyperliquid",
    maintenance="market",
    liquidation_fee="none; the taker fee is counted all the same",
    leverage_step=_WHOLE,
    stop_orders=("limit",),
    stop_prices=(),
    margin_modes=("cross", "isolated"),
    lots="szDecimals of the market, base units",
    funding_hours=(1,),
    sources=(
        "Hyperliquid docs: Liquidations; Margin tiers",
        (
            "freqtrade: hyperliquid.py (uses_leverage_tiers False, dry_run_liquidation_price, "
            "whole leverage in _lev_prep)"
        ),
    ),
)

BITGET = VenueRule(
    name="bitget",
    title="Bitget",
    maintenance="highest tier",
    liquidation_fee="0.06 %, counted as the taker fee",
    leverage_step=_TENTHS,
    stop_orders=("limit", "market"),
    stop_prices=("last", "mark"),
    margin_modes=("isolated",),
    lots="step of the amount, base units",
    funding_hours=(1, 2, 4, 8),
    sources=(
        "Bitget: Tiered maintenance margin explained, 2025-06-25",
        (
            "Bitget: Update of the maintenance margin calculation for classic account futures: "
            "progressive for positions opened since 2025-11-10. The older rule is nearer to the "
            "market: it is the one used"
        ),
    ),
)

KRAKENFUTURES = VenueRule(
    name="krakenfutures",
    title="Kraken Futures",
    maintenance="highest tier",
    liquidation_fee="taker fee",
    leverage_step=_TENTHS,
    stop_orders=("limit", "market"),
    stop_prices=("index", "last", "mark"),
    margin_modes=("isolated",),
    lots="step of the amount, base units",
    funding_hours=(1,),
    tells_open_profit=False,
    sources=(
        (
            "Kraken: Multi-Collateral Futures Margin Schedule & Maximum Leverage: levels in USD; "
            "that they are progressive is not said, so they are not taken so"
        ),
        "ccxt: krakenfutures.parse_market_leverage_tiers (numNonContractUnits), pull request 24844",
        "ccxt: krakenfutures.parse_position has no unrealizedPnl",
    ),
)

UNKNOWN = VenueRule(
    name="",
    title="an exchange that RiskGuard does not know",
    maintenance="careful",
    liquidation_fee="not known, counted as the taker fee",
    leverage_step=_WHOLE,
    stop_orders=(),
    stop_prices=(),
    margin_modes=(),
    lots="not known",
    funding_hours=(),
    sources=("no source",),
)

VENUES: tuple[VenueRule, ...] = (BINANCE, BYBIT, OKX, GATE, HYPERLIQUID, BITGET, KRAKENFUTURES)
_BY_NAME = {name: venue for venue in VENUES for name in (venue.name, *venue.aliases)}


def venue_of(exchange: str) -> VenueRule:
    """Return the row of an exchange, by freqtrade's name; :data:`UNKNOWN` where there is none."""
    return _BY_NAME.get(exchange.strip().lower(), UNKNOWN)
