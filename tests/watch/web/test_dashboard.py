"""The dashboard for Grafana can be laid out; what it asks for is tested with the metrics."""

import json

import pytest


@pytest.fixture
def dashboard(project):
    return json.loads((project / "user_data" / "grafana-dashboard.json").read_text("utf-8"))


def test_panels_do_not_overlap(dashboard):
    taken: set[tuple[int, int]] = set()
    for panel in dashboard["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        assert max(x for x, _ in cells) < 24
        taken |= cells
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])
