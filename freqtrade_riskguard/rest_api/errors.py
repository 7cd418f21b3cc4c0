"""Errors between the guardian and a bot. No message ever holds a credential."""


class BotError(Exception):
    """A bot did not do what it was asked to; the text says why, without naming the bot."""


class BotSilentError(BotError):
    """The bot could not be reached, or did not answer in time."""


class BotTimeoutError(BotSilentError):
    """The bot took longer than it may. Asking again at once would only take as long again."""


class BotBusyError(BotError):
    """The bot is still busy with an earlier request."""


class BotCredentialsError(BotError):
    """The bot refuses the user name or the password. Asking again does not help."""


class BotRefusedError(BotError):
    """The bot answered with an error.

    Attributes
    ----------
    status : int
        HTTP status, 300 or above.
    """

    def __init__(self, text: str, status: int) -> None:
        super().__init__(text)
        self.status = status


class BotAnswerError(BotError):
    """The answer lacks a number without which the account cannot be judged."""
