"""A page of figures and tables as one HTML file that needs nothing else."""

from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from plotly.offline import get_plotlyjs

_SCRIPTS = ("figures.js", "tables.js")


def render(template: str, **content: object) -> str:
    """Return the HTML of a template, with the scripts that draw its figures and tables."""
    environment = Environment(
        loader=PackageLoader("freqtrade_riskguard.analysis"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["json.dumps_kwargs"] = {"separators": (",", ":"), "allow_nan": False}
    scripts = [get_plotlyjs(), *(_source(environment, name) for name in _SCRIPTS)]
    return environment.get_template(template).render(
        **content,
        # Our own text and plotly's, no user's: nothing to escape.
        scripts=[Markup(script) for script in scripts],  # noqa: S704
        policy=_policy(scripts),
    )


def _source(environment: Environment, name: str) -> str:
    return environment.get_template(name).render()


def _policy(scripts: Sequence[str]) -> str:
    """Return a content security policy: these scripts and nothing else, no address of any kind."""
    hashes = (b64encode(sha256(script.encode()).digest()).decode() for script in scripts)
    allowed = " ".join(f"'sha256-{each}'" for each in hashes)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; "
        "img-src data: blob:; form-action 'none'; base-uri 'none'"
    )
