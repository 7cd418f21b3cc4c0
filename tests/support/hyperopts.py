"""The hyperopt loss that users copy, loaded as freqtrade does it: by its path."""

import importlib.util
from pathlib import Path
from typing import Any

LOSS_FILE = Path(__file__).parents[2] / "user_data" / "hyperopts" / "riskguard_loss.py"


def riskguard_loss(**figures: Any) -> float:
    """Return what the file's loss function says of an epoch."""
    spec = importlib.util.spec_from_file_location(LOSS_FILE.stem, LOSS_FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: float = module.RiskGuardLoss.hyperopt_loss_function(**figures)
    return found
