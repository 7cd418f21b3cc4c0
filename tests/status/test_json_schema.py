import json

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from freqtrade_riskguard.cli import main
from freqtrade_riskguard.status.json_schema import SCHEMA, schema_text


def test_it_is_shipped_as_the_model_has_it(capsys):
    shipped = SCHEMA.read_text(encoding="utf-8")
    assert shipped == schema_text(), "python -m freqtrade_riskguard.status.json_schema"
    assert main(["status", "--schema"]) == 0
    assert capsys.readouterr().out == shipped


def test_it_is_a_schema_whose_version_is_told():
    schema = json.loads(schema_text())
    Draft202012Validator.check_schema(schema)
    assert schema["properties"]["version"]["const"] == 1
    assert "version" in schema["required"]
