"""Writes what is generated from the schema: the page of settings, and the JSON schema for editors.

``python -m freqtrade_riskguard.config.reference`` in a clone of the project writes both to their
places; ``--schema FILE`` writes the JSON schema alone, beside a bot's configuration.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from freqtrade_riskguard.config.json_schema import schema_text
from freqtrade_riskguard.config.settings_page import settings_page

PACKAGE = Path(__file__).parents[1]
SCHEMA = PACKAGE / "schema.json"
PAGE = PACKAGE.parent / "docs" / "settings.md"


def main(argv: Sequence[str] | None = None) -> int:
    """Write the files and return the exit code: 2 where one cannot be written."""
    parser = argparse.ArgumentParser(
        prog="python -m freqtrade_riskguard.config.reference", description=__doc__.splitlines()[0]
    )
    parser.add_argument(
        "--schema", metavar="FILE", type=Path, help="write only the JSON schema, to this file"
    )
    schema: Path | None = parser.parse_args(argv).schema
    files = {SCHEMA: schema_text, PAGE: settings_page} if schema is None else {schema: schema_text}
    for path, text in files.items():
        try:
            path.write_text(text(), encoding="utf-8")
        except OSError as error:
            sys.stderr.write(
                f"{parser.prog}: {path} cannot be written ({error.strerror}): "
                "name a file in a folder that exists\n"
            )
            return 2
        sys.stdout.write(f"{path} written\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
