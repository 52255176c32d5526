"""The figures of /metrics, out of `spec/metrics.toml`. A name not in it is a bug."""

from collections.abc import Mapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

from hustings import spec

TABLE = {name: row for name, row in spec.table("metrics").items() if "node" not in row}
"""The desk's own; what edges show is in the same table."""


class Metrics:
    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._known = {name: self._make(name) for name in TABLE}

    def count(self, name: str, *labels: str, by: int = 1) -> None:
        metric = self._known[name]
        assert isinstance(metric, Counter), f"{name} is not a counter"
        (metric.labels(*labels) if labels else metric).inc(by)

    def show(self, name: str, values: Mapping[Any, float]) -> None:
        """All there is to show under `name`, by labels; what was shown before is gone."""
        metric = self._known[name]
        if TABLE[name]["labels"]:
            metric.clear()
        elif isinstance(metric, Counter):
            metric.reset()
        for labels, value in values.items():
            one = metric.labels(*labels) if labels else metric
            if isinstance(one, Gauge):
                one.set(value)
            else:
                one.inc(value)

    def render(self) -> bytes:
        return generate_latest(self._registry)

    def _make(self, name: str) -> Counter | Gauge:
        entry = TABLE[name]
        kind = {"counter": Counter, "gauge": Gauge}[entry["kind"]]
        made: Counter | Gauge = kind(
            name, entry["help"], labelnames=entry["labels"], registry=self._registry
        )
        return made
