"""Figures for Prometheus, fed from the events of turns and from the journal of requests."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from agent.trace import Done, Event, ModelCalled, NodeRan

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """One server's figures. A registry of its own, so that two servers in one process do not count together."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        to = self._registry
        self._requests = Counter("attune_requests", "HTTP requests", ("method", "route", "status"), registry=to)
        self._request_s = Histogram(
            "attune_request_seconds", "HTTP requests, begin to end", ("route",), buckets=_SECONDS, registry=to
        )
        self._turns = Counter("attune_turns", "Finished turns", ("intent", "parser"), registry=to)
        self._turn_s = Histogram("attune_turn_seconds", "Whole turns", buckets=_SECONDS, registry=to)
        self._node_s = Histogram("attune_node_seconds", "Steps of turns", ("node",), buckets=_SECONDS, registry=to)
        self._calls = Counter("attune_model_calls", "Language model calls", ("purpose", "outcome"), registry=to)
        self._call_s = Histogram(
            "attune_model_call_seconds", "Language model calls", ("purpose",), buckets=_SECONDS, registry=to
        )
        self._tokens = Counter("attune_model_tokens", "Tokens of language model calls", ("direction",), registry=to)
        self._fallbacks = Counter(
            "attune_fallbacks",
            "Steps done without the language model because it failed",
            ("purpose", "error"),
            registry=to,
        )
        self._errors = Counter("attune_errors", "Turns and requests that failed on our side", ("error",), registry=to)
        self._in_flight = Gauge("attune_turns_in_flight", "Turns under way or waiting for their place", registry=to)

    def observe(self, event: Event) -> None:
        """Count what happened in a turn."""
        match event:
            case NodeRan():
                self._node_s.labels(event.node).observe(event.ms / 1000)
            case ModelCalled():
                self._calls.labels(event.purpose, event.failed or "answered").inc()
                self._call_s.labels(event.purpose).observe(event.latency_ms / 1000)
                self._tokens.labels("in").inc(event.tokens_in)
                self._tokens.labels("out").inc(event.tokens_out)
                if event.failed:
                    self._fallbacks.labels(event.purpose, event.failed).inc()
            case Done():
                self._turns.labels(event.turn.command.intent, event.turn.parser).inc()
                self._turn_s.observe(event.turn.timings_ms.get("total", 0.0) / 1000)
            case _:
                pass

    def note_request(self, method: str, route: str, status: int, seconds: float) -> None:
        self._requests.labels(method, route, str(status)).inc()
        self._request_s.labels(route).observe(seconds)

    def note_error(self, error: BaseException) -> None:
        self._errors.labels(type(error).__name__).inc()

    def note_in_flight(self, turns: int) -> None:
        self._in_flight.set(turns)

    def text(self) -> bytes:
        """Return all figures in Prometheus' text format."""
        return generate_latest(self._registry)
