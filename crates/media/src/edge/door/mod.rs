//! The stream port without its sockets: who listens to what, what each is owed next, who is let go.
//!
//! A listener is a few numbers; the bytes are shared. When a part came, the shell is told to [`Output::Sweep`]: it
//! hands the sweep's bytes to each that [`Door::next`] names and tells [`Door::swept`] what the kernel took. Whoever
//! is not in step (a newcomer, one who catches up) is served by [`Door::owed`] and [`Door::sent`].

mod admission;
#[cfg(test)]
mod admission_test;
#[cfg(test)]
mod all_test;
mod answer;
mod audience;
#[cfg(test)]
mod bench_test;
mod cadence;
mod crush;
#[cfg(test)]
mod crush_test;
mod entry;
#[cfg(test)]
mod entry_test;
#[cfg(test)]
mod fleet_test;
mod line;
#[cfg(test)]
mod line_test;
mod meter;
#[cfg(test)]
mod meter_test;
mod prefixes;
#[cfg(test)]
mod prefixes_test;
mod request;
#[cfg(test)]
mod request_test;
mod room;
#[cfg(test)]
mod room_test;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;

use crate::feed::Framed;
use crate::flow::{HallId, Part};
use crate::units::PartNo;

use super::fleet::FleetView;

pub use audience::Sweep;
pub use cadence::Cadence;
pub use crush::{BEGUN, Crush};
pub use line::LineView;
pub use meter::{Meter, STEPS, Spent};
pub use prefixes::Prefix;
use room::Strain;
pub use room::{Measured, Room, asking_most};

pub use admission::{Admission, Class, Load, Verdict};
use audience::{Hall, Halls};
use prefixes::Asking;

/// Further behind than this (9.6 s) beyond its cadence, a listener is skipped ahead.
const BEHIND_PARTS_MAX: u64 = 40;
/// A listener skipped more often than this is let go.
const SKIPS_MAX: u8 = 2;
/// A listener of the quickest cadence, in the counting of writes.
const WHOLE: u64 = 20;
/// Connections past the most there may be whose request is read, so that they can be told where else to go.
pub const OVER: usize = 64;

/// The shell's name for a connection: small, and reused after [`Input::Gone`].
pub type ConnId = usize;

pub enum Input<'a> {
    Accepted(ConnId),
    /// Where it comes from: told after that, of those who come from afar.
    From(ConnId, Prefix),
    Received(ConnId, &'a [u8]),
    /// The other side is gone, or was closed as [`Output::Close`] says.
    Gone(ConnId),
    Part(&'a HallId, &'a Part),
    /// Parts that were kept elsewhere before the first came here, in order.
    Kept(&'a HallId, &'a [Part]),
    /// What the others of the fleet say, and the time of day: anew every second.
    Fleet(Arc<FleetView>),
    /// How much everything takes: anew every second.
    Measured(Measured),
    /// These halls and no others are listened to here.
    Halls(&'a [HallId]),
    /// Nothing but the time.
    Timeout,
}

pub enum Output {
    /// There is something to send to this connection.
    Send(ConnId),
    /// There is something to send to all who are in step.
    Sweep(Sweep),
    /// Close at once; the reason is for the log.
    Close(ConnId, &'static str),
}

/// What the door counted since it opened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DoorCounts {
    pub joined: u64,
    pub left: u64,
    pub let_go: u64,
    pub refused: HashMap<&'static str, u64>,
}

#[derive(Default)]
enum Stage {
    #[default]
    Free,
    Asking {
        /// The head so far.
        head: Vec<u8>,
        /// There are more than there may be.
        over: bool,
    },
    Listening(Seat),
    /// Answered, and to be closed when the answer is sent.
    Leaving,
}

/// A listener's place.
struct Seat {
    hall: usize,
    group: usize,
    place: usize,
    cadence: Cadence,
    /// 0: whatever comes first.
    next: PartNo,
    skips: u8,
}

#[derive(Default)]
struct Conn {
    stage: Stage,
    /// What is being sent, and how many bytes of it are gone.
    pending: Option<Box<(Bytes, usize)>>,
    /// The kernel takes no more: passed over until it does.
    blocked: bool,
    /// How often this number was given: a deadline outlives the connection that it was for.
    times: u32,
    /// Counted among those of this prefix who have not asked yet.
    prefix: Option<Prefix>,
    /// Bytes that came beside the request.
    said: u32,
}

pub struct Door {
    header: Framed,
    cadence: Cadence,
    conns_max: usize,
    conns: Vec<Conn>,
    here: usize,
    halls: Halls,
    fleet: Arc<FleetView>,
    /// When the fleet's time of day was that.
    told_at: Option<Instant>,
    admission: Admission,
    strain: Strain,
    /// Listeners in step, and those who were passed over, in sweeps since it was asked last.
    handed: (u64, u64),
    /// Listeners, and each counted by its share of the writes, in twentieths.
    listening: usize,
    writes: u64,
    asking: VecDeque<(Instant, ConnId, u32)>,
    prefixes: Asking,
    outputs: VecDeque<Output>,
    counts: DoorCounts,
}

impl Door {
    /// `header` stands before the first part of every stream; past `conns_max` connections newcomers are refused.
    pub fn new(header: &[u8], cadence: Cadence, conns_max: usize) -> Self {
        Self {
            header: Framed::new(PartNo(0), header),
            cadence,
            conns_max,
            conns: Vec::new(),
            here: 0,
            halls: Halls::default(),
            fleet: Arc::default(),
            told_at: None,
            admission: Admission::new(conns_max),
            strain: Strain::default(),
            handed: (0, 0),
            listening: 0,
            writes: 0,
            asking: VecDeque::new(),
            prefixes: Asking::default(),
            outputs: VecDeque::new(),
            counts: DoorCounts::default(),
        }
    }

    pub fn handle(&mut self, input: Input, now: Instant) {
        match input {
            Input::Accepted(id) => self.accept(id, now),
            Input::From(id, prefix) => self.comes_from(id, prefix),
            Input::Received(id, bytes) => self.read(id, bytes, now),
            Input::Gone(id) => self.forget(id, now),
            Input::Part(hall, part) => {
                let sweeps = self.hall(hall).map(|(number, hall)| hall.push(number, part));
                self.outputs.extend(sweeps.into_iter().flatten().map(Output::Sweep));
            }
            Input::Kept(hall, parts) => self.fill(hall, parts),
            Input::Fleet(fleet) => {
                self.admission.lost(fleet.lost);
                (self.fleet, self.told_at) = (fleet, Some(now));
            }
            Input::Measured(told) => {
                let mut room = Room::of(&told);
                room.uplink = room.uplink.min(self.strain.measured(&told));
                self.admission.measured(room, self.load(), now);
            }
            Input::Halls(halls) => self.set_halls(halls),
            Input::Timeout => self.drop_slow_heads(now),
        }
    }

    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    pub fn deadline(&self) -> Option<Instant> {
        self.asking.front().map(|(at, ..)| *at)
    }

    /// The next listener to be handed the bytes of `sweep`; none when all have had their turn.
    pub fn next(&mut self, sweep: &mut Sweep) -> Option<ConnId> {
        while let Some(id) = self.halls.get(sweep.hall)?.at(sweep.group, sweep.place) {
            sweep.place += 1;
            let conn = &self.conns[id];
            if let Stage::Listening(seat) = &conn.stage {
                if !conn.blocked && conn.pending.is_none() && sweep.run.fits(seat.next) {
                    self.handed.0 += 1;
                    return Some(id);
                }
                self.handed.1 += 1;
                self.fall_behind(id, sweep.run.last);
            }
        }
        None
    }

    /// The kernel took `count` bytes of a sweep's. False where it did not take them all: come back to this
    /// connection when it takes more.
    pub fn swept(&mut self, sweep: &Sweep, id: ConnId, count: usize) -> bool {
        let Some(conn) = self.conns.get_mut(id) else { return true };
        let Stage::Listening(seat) = &mut conn.stage else { return true };
        let whole = count >= sweep.bytes.len();
        if count > 0 {
            seat.next = sweep.run.last.next();
            conn.pending = (!whole).then(|| Box::new((sweep.bytes.clone(), count)));
        }
        conn.blocked = !whole;
        whole
    }

    /// The bytes to send next on this connection, if any are owed.
    pub fn owed(&mut self, id: ConnId) -> Option<Bytes> {
        let conn = self.conns.get_mut(id)?;
        if conn.pending.is_none()
            && let Stage::Listening(seat) = &mut conn.stage
        {
            let window = &self.halls.get(seat.hall)?.window;
            if seat.next == PartNo(0) {
                seat.next = window.start_for(seat.cadence.buffer_parts())?;
            }
            let framed = window.at_or_after(seat.next)?;
            seat.next = framed.no.next();
            conn.pending = Some(Box::new((framed.chunk.clone(), 0)));
        }
        conn.pending.as_ref().map(|pending| pending.0.slice(pending.1..))
    }

    /// The kernel took `count` bytes of what was owed.
    pub fn sent(&mut self, id: ConnId, count: usize) {
        let Some(conn) = self.conns.get_mut(id) else { return };
        if let Some(pending) = &mut conn.pending {
            pending.1 += count;
            if pending.1 >= pending.0.len() {
                conn.pending = None;
            }
        }
    }

    /// Whether the kernel takes anything for this connection; gives what was known before.
    pub fn block(&mut self, id: ConnId, blocked: bool) -> bool {
        self.conns.get_mut(id).is_some_and(|conn| std::mem::replace(&mut conn.blocked, blocked))
    }

    pub fn is_blocked(&self, id: ConnId) -> bool {
        self.conns.get(id).is_some_and(|conn| conn.blocked)
    }

    /// Whether everything owed to a leaving connection is gone.
    pub fn may_close(&self, id: ConnId) -> bool {
        self.conns.get(id).is_some_and(|conn| matches!(conn.stage, Stage::Leaving) && conn.pending.is_none())
    }

    pub fn listeners(&self, hall: &HallId) -> usize {
        self.halls.named(hall).map_or(0, |hall| hall.count())
    }

    pub fn newest(&self, hall: &HallId) -> Option<PartNo> {
        self.halls.named(hall)?.window.newest()
    }

    pub fn counts(&self) -> &DoorCounts {
        &self.counts
    }

    /// Listeners, and each counted by its share of the writes.
    pub fn counted(&self) -> (f64, f64) {
        (self.load().listeners, self.load().writes)
    }

    /// The share of listeners who were passed over, because their kernel took no more, in sweeps since this was asked last.
    pub fn passed_over(&mut self) -> f64 {
        let (handed, passed) = std::mem::take(&mut self.handed);
        passed as f64 / (handed + passed).max(1) as f64
    }

    /// Connections of whom it is not clear yet whether they will listen.
    pub fn asking(&self) -> usize {
        self.here.saturating_sub(self.listening)
    }

    pub fn line(&self) -> LineView {
        self.admission.view()
    }

    /// What there is room for of each thing, and which share of that is free; `descriptors`, say.
    pub fn headroom(&self) -> Vec<(&'static str, f64)> {
        let (room, load) = (self.admission.room(), self.load());
        let free = |count: f64, taken: f64| (1.0 - taken / count.max(1.0)).clamp(0.0, 1.0);
        room.all().into_iter().map(|(of, count)| (of.name(), free(count, load.of(of)))).collect()
    }

    fn load(&self) -> Load {
        Load {
            listeners: self.listening as f64,
            writes: self.writes as f64 / WHOLE as f64,
            connections: self.here as f64,
        }
    }

    fn hall(&mut self, hall: &HallId) -> Option<(usize, &mut Hall)> {
        let number = self.halls.number(hall)?;
        Some((number, self.halls.get_mut(number)?))
    }

    /// Take in what was kept elsewhere. Whoever waits here already goes on where they left off.
    fn fill(&mut self, hall: &HallId, parts: &[Part]) {
        let Some((_, hall)) = self.hall(hall) else { return };
        hall.fill(parts);
        let waiting: Vec<ConnId> = hall.listeners().collect();
        self.outputs.extend(waiting.into_iter().map(Output::Send));
    }

    /// Who was passed over by a sweep: is owed single parts, or skipped ahead, or let go.
    fn fall_behind(&mut self, id: ConnId, newest: PartNo) {
        let conn = &mut self.conns[id];
        let Stage::Listening(seat) = &mut conn.stage else { return };
        if seat.next.0 + BEHIND_PARTS_MAX + seat.cadence.parts() <= newest.0 {
            seat.next = newest.back(seat.cadence.buffer_parts() - 1);
            seat.skips += 1;
            if seat.skips > SKIPS_MAX {
                self.counts.let_go += 1;
                self.outputs.push_back(Output::Close(id, "slow"));
                return;
            }
        }
        if !conn.blocked {
            self.outputs.push_back(Output::Send(id));
        }
    }

    fn set_halls(&mut self, halls: &[HallId]) {
        for id in self.halls.keep(halls, self.cadence) {
            self.counts.left += 1;
            if let Stage::Listening(seat) = std::mem::replace(&mut self.conns[id].stage, Stage::Leaving) {
                self.listening -= 1;
                self.writes -= WHOLE / seat.cadence.parts();
            }
            self.outputs.push_back(Output::Close(id, "hall_gone"));
        }
    }

    fn forget(&mut self, id: ConnId, now: Instant) {
        let Some(conn) = self.conns.get_mut(id) else { return };
        let stage = std::mem::take(&mut conn.stage);
        if let Some(prefix) = conn.prefix.take() {
            self.prefixes.done(prefix);
        }
        conn.pending = None;
        if !matches!(stage, Stage::Free) {
            self.here -= 1;
        }
        let Stage::Listening(seat) = stage else { return };
        self.counts.left += 1;
        self.listening -= 1;
        self.writes -= WHOLE / seat.cadence.parts();
        self.admission.left(now);
        let Some(hall) = self.halls.get_mut(seat.hall) else { return };
        let Some(moved) = hall.leave(seat.group, seat.place) else { return };
        if let Stage::Listening(other) = &mut self.conns[moved].stage {
            other.place = seat.place;
            // A sweep may have passed that place already.
            self.outputs.push_back(Output::Send(moved));
        }
    }
}
