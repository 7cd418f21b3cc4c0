"""Text that others wrote made safe to show: control characters escaped, secrets masked."""

import re
from collections.abc import Iterator, Mapping

MASK = "**********"
_SHORTEST_SECRET = 4

_SECRET_KEY = re.compile(
    r"pass(?!ed$|es$|ing$)|pasw|pwd|secret|token|hook|webho|credential|auth(?!ors?$)|jwt|private"
    r"|mnemonic|seed.?phrase|signature|cookie|bearer"
    r"|(?:api|access|session|signing|encryption).?key|^key$|^uid$|chat.?id|wallet.?address"
    r"|account.?id",
    re.IGNORECASE,
)
# A name with what parts it from its value, as in a dictionary, a query, a header, an option. Each
# word is tried once only (nothing in it is given back), or long texts would take minutes.
_NAME = re.compile(
    r"(?<![\w-])(?:(?P<name>(?:(?:api|access|private|chat|wallet|account|seed) )?[\w-]++)"
    r"\\{0,3}['\"]?\s{0,20}+[:=]\s{0,20}+"
    # Here the value may stand without any sign but a space.
    r"|(?P<option>--[\w-]++)\s{1,20}+"
    r"|(?:bearer|token|jwt|password|passwd|passphrase|pwd|mnemonic|(?:api|access)[ _-]?key)"
    r"(?P<spoken>\s{1,20}+))",
    re.IGNORECASE,
)
_VALUE = re.compile(
    r"\"[^\"]*+\"?|'[^']*+'?|\[[^\]]*+\]?|\{[^}]*+\}?"
    r"|(?:(?:Basic|Bearer|Token) )?[^\s,;&)}\]]++",
    re.IGNORECASE,
)
# Values of several words.
_SENTENCE_KEY = re.compile(r"mnemonic|phrase|cookie", re.IGNORECASE)
_SENTENCE = re.compile(r"[^\n\"']++")
# What follows such a name in ordinary sentences.
_ORDINARY = re.compile(
    r"(?:a|an|and|are|as|at|by|cannot|for|from|has|in|is|it|must|not|of|on|or|that|the|to|was"
    r"|which|with)(?!\S)|[^\w'\"/+$!#-]",
    re.IGNORECASE,
)
_FAILURE = re.compile(r"(?:error|exception|failed|failure)$", re.IGNORECASE)
_WORD = re.compile(r"[^\s'\"]++")
_HOST = re.compile(r"https?://", re.IGNORECASE)
_HOOK = re.compile(r"hook|bot\d", re.IGNORECASE)
_SCHEME = re.compile(r"\w://")
# What looks like a token or a key: Telegram's, a JWT, letters and digits mixed at length.
_LOOKS = re.compile(
    r"\b\d{6,}+:[\w-]{20,}+|(?<![\w-])eyJ[\w-]{8,}+\.[\w-]++(?:\.[\w-]++)?"
    r"|\b(?=[A-Za-z]*+\d)(?=\d*+[A-Za-z])[A-Za-z0-9]{24,}+"
)


def escaped(text: str) -> str:
    r"""Return a text as one line without control characters: they are shown as ``\x1b``.

    Line breaks, terminal escapes, marks that turn the direction of writing and whatever else is
    not printed are written out, so that a text from outside can forge no line and move no cursor.
    """
    if text.isprintable():
        return text
    return "".join(map(_escaped_character, text))


def escaped_texts(document: object) -> object:
    """Return a document of JSON with every text in it escaped."""
    if isinstance(document, str):
        return escaped(document)
    if isinstance(document, dict):
        return {escaped(key): escaped_texts(value) for key, value in document.items()}
    return list(map(escaped_texts, document)) if isinstance(document, list) else document


def masked(text: str) -> str:
    """Return a text without what looks like a password, a key, a token or a webhook's address.

    It takes time in proportion to the text's length, whatever stands in it.
    """
    text = _WORD.sub(_masked_address, text)
    return _LOOKS.sub(MASK, _masked_values(text))


def without(text: str, secrets: frozenset[str]) -> str:
    """Return a text without secrets that are known, and without what looks like one."""
    # The longest first: one may be part of another.
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, MASK)
    return masked(text)


def is_secret_key(key: str) -> bool:
    """Return whether what stands under a key is nobody's business, misspelt keys included."""
    return _SECRET_KEY.search(key) is not None


def masked_value(key: str, value: object) -> object:
    """Return a setting's value as it may be shown."""
    if value is None or isinstance(value, bool):
        return value
    if is_secret_key(key):
        return MASK
    if isinstance(value, Mapping):
        return {name: masked_value(str(name), inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [masked_value(key, inner) for inner in value]
    return masked(value) if isinstance(value, str) else value


def secrets_in(settings: Mapping[str, object]) -> Iterator[str]:
    """Yield the secrets of a configuration: texts under keys that name one."""
    for key, value in settings.items():
        if isinstance(value, Mapping):
            yield from secrets_in(value)
        elif isinstance(value, list):
            yield from (
                secret
                for inner in value
                for secret in secrets_in(inner if isinstance(inner, Mapping) else {key: inner})
            )
        elif is_secret_key(str(key)) and not isinstance(value, bool) and value is not None:
            text = str(value)
            if len(text) >= _SHORTEST_SECRET:
                yield text


def _masked_address(word: re.Match[str]) -> str:
    text = word[0]
    if "://" not in text:
        return text
    # User name and password of an address; the password may hold any sign.
    scheme, end = _SCHEME.search(text), text.rfind("@")
    if scheme is not None and scheme.end() <= end:
        text = f"{text[: scheme.end()]}{MASK}{text[end:]}"
    # An address that is a secret as a whole.
    host = _HOST.search(text)
    path = text.find("/", host.end()) if host is not None else -1
    if host is not None and path >= 0:
        is_hook = "hook" in text[host.end() : path].lower() or _HOOK.search(text, path)
        text = text[: path + 1] + MASK if is_hook else text
    return text


def _masked_values(text: str) -> str:
    shown, end = [], 0
    for found in _NAME.finditer(text):
        if found.start() < end or not _names_secret(found, text):
            continue
        is_quoted = text[found.end() : found.end() + 1] in {"'", '"'}
        is_sentence = _SENTENCE_KEY.search(found[0]) and not is_quoted
        value = (_SENTENCE if is_sentence else _VALUE).match(text, found.end())
        if value is not None:
            shown += [text[end : found.end()], MASK]
            end = value.end()
    return "".join([*shown, text[end:]])


def _names_secret(found: re.Match[str], text: str) -> bool:
    if found["spoken"]:
        return _ORDINARY.match(text, found.end()) is None
    name = (found["name"] or found["option"]).lstrip("-")
    return is_secret_key(name) and not _FAILURE.search(name)


def _escaped_character(character: str) -> str:
    if character.isprintable():
        return character
    if character.isspace() and character not in "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2028\u2029":
        # A space that is not broken, and others of its kind.
        return " "
    return character.encode("unicode_escape").decode("ascii")
