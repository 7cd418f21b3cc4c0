"""The JSON schema of ``riskguard status --json``, generated from the model and shipped beside it.

``python -m freqtrade_riskguard.status.json_schema`` writes it anew.
"""

import json
import sys
from pathlib import Path

from freqtrade_riskguard.status.model import GuardStatus

SCHEMA = Path(__file__).with_name("status.schema.json")
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_text() -> str:
    """Return the schema as it is shipped."""
    schema = {
        "$schema": _DIALECT,
        **GuardStatus.model_json_schema(mode="serialization"),
    }
    return json.dumps(schema, indent=2) + "\n"


if __name__ == "__main__":
    SCHEMA.write_text(schema_text(), encoding="utf-8")
    sys.stdout.write(f"{SCHEMA} written\n")
