"""What every venue's endpoints have in common: arguments come in, some requests are refused."""

from collections.abc import Mapping
from http import HTTPStatus

Query = Mapping[str, str]


class RefusalError(Exception):
    """A request that the exchange refuses.

    Parameters
    ----------
    code
        The venue's own code of the error: a number below 0 on Binance.
    message
        What is wrong with it.
    status
        HTTP status of the answer.
    """

    def __init__(self, code: int | str, message: str, status: int = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
