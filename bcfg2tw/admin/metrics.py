"""Pictures of processes as Prometheus reads them; needs prometheus_client (`bcfg2tw[metrics]`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from prometheus_client import CollectorRegistry
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from bcfg2tw.admin.families import CALL_LABELS, CALLS, COUNTER, FAMILIES, Family, Picture
from bcfg2tw.calls.call_record import BOUNDS

__all__ = ["CONTENT_TYPE_LATEST", "metrics_text"]


def metrics_text(pictures: Sequence[Picture]) -> bytes:
    """Return the metrics of one server in the text format of Prometheus."""
    # a registry of its own: another server in this process has the same names
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Pictures(pictures))
    return generate_latest(registry)


class _Pictures(Collector):
    def __init__(self, pictures: Sequence[Picture]) -> None:
        self._pictures = pictures

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics of all families."""
        for family in FAMILIES:
            yield (
                _shared(family, self._pictures)
                if family.is_shared
                else _of_each(family, self._pictures)
            )
        yield _calls(self._pictures)

    def describe(self) -> Iterable[Metric]:
        """Return nothing: no other collector shares the registry."""
        return ()


def _metric(family: Family, labels: Sequence[str]) -> CounterMetricFamily | GaugeMetricFamily:
    make = CounterMetricFamily if family.kind == COUNTER else GaugeMetricFamily
    return make(family.name, family.text, labels=labels)


def _of_each(family: Family, pictures: Sequence[Picture]) -> Metric:
    metric = _metric(family, (*family.labels, "process"))
    for picture in pictures:
        for labels, value in family.samples(picture):
            metric.add_metric((*labels, picture["process"]), value)
    return metric


def _shared(family: Family, pictures: Sequence[Picture]) -> Metric:
    metric = _metric(family, family.labels)
    samples = next(filter(None, (list(family.samples(picture)) for picture in pictures)), [])
    for labels, value in samples:
        metric.add_metric(labels, value)
    return metric


def _calls(pictures: Sequence[Picture]) -> Metric:
    metric = HistogramMetricFamily(
        CALLS, "Calls by method and result, and how long they took.", labels=CALL_LABELS
    )
    bounds = [*map(str, BOUNDS), "+Inf"]
    for picture in pictures:
        for entry in picture.get("calls", ()):
            buckets = list(zip(bounds, accumulate(entry["classes"]), strict=True))
            labels = (entry["method"], entry["result"], picture["process"])
            metric.add_metric(labels, buckets, entry["seconds"])
    return metric
