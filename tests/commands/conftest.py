"""The data folder of the simulated exchange's own tests."""

from tests.replay.conftest import data_dir

__all__ = ["data_dir"]
