"""How one venue speaks: the whole of what differs between the exchanges that are replayed.

A venue is a package beside this file that holds one :class:`VenueApi`, and a line in
`freqtrade_riskguard.replay.venues`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from freqtrade_riskguard.replay.credentials import Credentials
from freqtrade_riskguard.replay.data_folder import Contract
from freqtrade_riskguard.replay.exchange_state import ExchangeState
from freqtrade_riskguard.replay.kline_json import RowWriter
from freqtrade_riskguard.replay.markets import Market
from freqtrade_riskguard.replay.matching import MatchingRules, RequestRefusedError
from freqtrade_riskguard.replay.requests import Query, RefusalError, form_arguments, path_arguments
from freqtrade_riskguard.replay.trading_account import PrivateAnswer
from freqtrade_riskguard.risk.tiers import TierTable

# A plain function of the exchange's state and the arguments. It returns what becomes the JSON, or
# the JSON itself as bytes.
Answer = Callable[[ExchangeState, Query], object]


@dataclass(frozen=True, kw_only=True)
class PrivateApi:
    """The signed part of a venue, for an account to trade with.

    Parameters
    ----------
    answers
        By method and path.
    arguments
        From credentials, headers, query, body and the exchange's time (milliseconds) to the
        arguments of a request; `RefusalError` for one that is not signed rightly.
    refusal
        From what the engine refuses to the venue's code and words.
    place_stop
        Method and path of a new stop order.
    is_stop
        Whether the arguments of such a request are those of a stop order.
    overloaded, not_answered
        The venue's codes of a server that takes no more, and of an order that nobody knows of.
    fees
        What it charges.
    min_notional_quote
        Smallest order, quote units; None for Binance's.
    tls_user
        User name in the address, by which ccxt knows whose errors it reads; it means nothing else.
    """

    answers: Mapping[tuple[str, str], PrivateAnswer]
    arguments: Callable[[Credentials, Mapping[str, str], str, str, int], Mapping[str, str]]
    refusal: Callable[[RequestRefusedError], RefusalError]
    place_stop: tuple[str, str]
    overloaded: int | str
    not_answered: int | str
    is_stop: Callable[[Mapping[str, str]], bool] = bool
    fees: MatchingRules = field(default_factory=MatchingRules)
    min_notional_quote: int | None = None
    tls_user: str = ""


@dataclass(frozen=True, kw_only=True)
class VenueApi:
    """The interface of one venue.

    Parameters
    ----------
    name
        freqtrade's and ccxt's name of the exchange.
    symbol
        From a contract to the venue's name of it.
    row_writer
        From a market and a kind of candles to what writes one as JSON.
    answers
        Of public ``GET`` requests, by their path; its parts in braces are arguments.
    error
        From a code and a message to the JSON of an error.
    unknown_path, unknown_error, too_many_requests
        The venue's codes of these errors.
    private
        None where no orders are taken.
    tiers_are_kept
        Whether freqtrade asks for the tiers of each contract apart, and keeps them in a file.
    posted
        Of public ``POST`` requests, by their path.
    arguments
        From query and body to the arguments of a public request.
    settled_in
        The currencies that its contracts are settled in here: those of others are not listed. None
        for any.
    own_tiers
        Its own leverage tiers of a contract that the exchange is given none of; None where it has
        no kind of its own, and they are assumed.
    """

    name: str
    symbol: Callable[[Contract], str]
    row_writer: Callable[[Market, str], RowWriter]
    answers: Mapping[str, Answer]
    error: Callable[[int | str, str], object]
    unknown_path: int | str
    unknown_error: int | str
    too_many_requests: int | str
    private: PrivateApi | None = None
    tiers_are_kept: bool = False
    posted: Mapping[str, Answer] = field(default_factory=dict)
    arguments: Callable[[str, str], dict[str, str]] = form_arguments
    settled_in: frozenset[str] | None = None
    own_tiers: Callable[[Contract], TierTable] | None = None

    def public_answer(self, method: str, path: str) -> tuple[Answer, dict[str, str]] | None:
        """Return what answers a public request, and the arguments in its path; None for nothing."""
        answers = {"GET": self.answers, "POST": self.posted}.get(method, {})
        if path in answers:
            return answers[path], {}
        for template, answer in answers.items():
            if found := path_arguments(template, path):
                return answer, found
        return None
