"""The desk's figures: counts what happens, looks at what stands when somebody asks."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence

from hustings.desk.desk import Changed, Desk
from hustings.desk.ports import Bus
from hustings.desk.stagehand import Stagehand
from hustings.domain.events import Event
from hustings.ops.metrics import Metrics


class Figures:
    def __init__(self) -> None:
        self._metrics = Metrics()
        self._look: Callable[[], None] = lambda: None

    def count(self, name: str, *labels: str, by: int = 1) -> None:
        self._metrics.count(name, *labels, by=by)

    def render(self) -> bytes:
        self._look()
        return self._metrics.render()

    def noting(self, then: Callable[[Sequence[Event]], Awaitable[None]]) -> Changed:
        async def changed(events: Sequence[Event]) -> None:
            for event in events:
                self.count("hustings_desk_events_total", event.KIND)
            await then(events)

        return changed

    def look_at(self, desk: Desk, stagehand: Stagehand, bus: Bus) -> None:
        self._look = lambda: self._show(desk, stagehand, bus)

    def _show(self, desk: Desk, stagehand: Stagehand, bus: Bus) -> None:
        now_ms, watch, show = desk.ports.clock.now_ms(), stagehand.watch, self._metrics.show
        halls = list(desk.halls.values())
        show("hustings_desk_halls", _by_label(str(hall.state) for hall in halls))
        show("hustings_desk_nodes", _by_label(node.role for node in watch.nodes(now_ms)))
        show("hustings_desk_bus_connected", {(): float(bus.connected())})
        show("hustings_desk_peer_faults_total", {(): stagehand.peer_faults})
        listeners = {(h.hall,): watch.audience(h.hall, now_ms)["listeners"] for h in halls}
        show("hustings_desk_listeners", listeners)
        lines = {(h.hall,): len(watch.lines(h.hall, now_ms)) for h in halls}
        show("hustings_desk_lines", lines)
        show("hustings_node_refused_total", dict(watch.refused))


def _by_label(labels: Iterable[str]) -> dict[tuple[str, ...], float]:
    return {(label,): count for label, count in Counter(labels).items()}
