//! The stream port without its sockets: who listens to what, what each is owed next, who is let go.
//!
//! A listener is a few numbers; the bytes are shared. When a part came, the shell is told to [`Output::Sweep`]: it
//! hands the sweep's bytes to each that [`Door::next`] names and tells [`Door::swept`] what the kernel took. Whoever
//! is not in step (a newcomer, one who catches up) is served by [`Door::owed`] and [`Door::sent`].

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;

use crate::feed::Framed;
use crate::flow::{HallId, Part};
use crate::units::PartNo;

use super::answer;
use super::audience::{Hall, Halls, Sweep};
use super::cadence::Cadence;
use super::fleet::FleetView;
use super::request::{Ask, HEAD_BYTES_MAX, Head, read_head};

/// A request must be whole by then.
const HEAD_WITHIN: Duration = Duration::from_secs(5);
/// Further behind than this (9.6 s) beyond its cadence, a listener is skipped ahead.
const BEHIND_PARTS_MAX: u64 = 40;
/// A listener skipped more often than this is let go.
const SKIPS_MAX: u8 = 2;
/// Connections past the most there may be whose request is read, so that they can be told where else to go.
pub const OVER: usize = 64;

/// The shell's name for a connection: small, and reused after [`Input::Gone`].
pub type ConnId = usize;

pub enum Input<'a> {
    Accepted(ConnId),
    Received(ConnId, &'a [u8]),
    /// The other side is gone, or was closed as [`Output::Close`] says.
    Gone(ConnId),
    Part(&'a HallId, &'a Part),
    /// Parts that were kept elsewhere before the first came here, in order.
    Kept(&'a HallId, &'a [Part]),
    /// What the others of the fleet say, and the time of day: anew every second.
    Fleet(Arc<FleetView>),
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
    asking: VecDeque<(Instant, ConnId, u32)>,
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
            asking: VecDeque::new(),
            outputs: VecDeque::new(),
            counts: DoorCounts::default(),
        }
    }

    pub fn handle(&mut self, input: Input, now: Instant) {
        match input {
            Input::Accepted(id) => self.accept(id, now),
            Input::Received(id, bytes) => self.read(id, bytes),
            Input::Gone(id) => self.forget(id),
            Input::Part(hall, part) => {
                let sweeps = self.hall(hall).map(|(number, hall)| hall.push(number, part));
                self.outputs.extend(sweeps.into_iter().flatten().map(Output::Sweep));
            }
            Input::Kept(hall, parts) => self.fill(hall, parts),
            Input::Fleet(fleet) => self.fleet = fleet,
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
                    return Some(id);
                }
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
                seat.next = window.start_for(self.cadence.buffer_parts())?;
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

    fn accept(&mut self, id: ConnId, now: Instant) {
        if id >= self.conns.len() {
            self.conns.resize_with(id + 1, Conn::default);
        }
        let times = self.conns[id].times.wrapping_add(1);
        self.here += 1;
        let stage = Stage::Asking { head: Vec::new(), over: self.here > self.conns_max };
        self.conns[id] = Conn { stage, times, ..Conn::default() };
        self.asking.push_back((now + HEAD_WITHIN, id, times));
        if self.here > self.conns_max + OVER {
            self.refuse_full(id, "");
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

    fn read(&mut self, id: ConnId, bytes: &[u8]) {
        let Some(conn) = self.conns.get_mut(id) else { return };
        let Stage::Asking { head, over } = &mut conn.stage else {
            conn.said = conn.said.saturating_add(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
            if conn.said as usize > HEAD_BYTES_MAX {
                self.outputs.push_back(Output::Close(id, "talks_on"));
            }
            return;
        };
        // A request comes in one piece, almost always: nothing is kept of it.
        let told =
            if head.is_empty() { read_head(&bytes[..bytes.len().min(HEAD_BYTES_MAX)]) } else { Head::More };
        let told = if told == Head::More {
            let room = HEAD_BYTES_MAX.saturating_sub(head.len());
            head.extend_from_slice(&bytes[..bytes.len().min(room)]);
            read_head(head)
        } else {
            told
        };
        let over = *over;
        match told {
            Head::More => {}
            Head::Refused(code, detail) => self.refuse(id, code, &detail, ""),
            Head::Listen(ask) if over => self.send_on(id, &ask),
            Head::Listen(ask) => self.listen(id, &ask),
        }
    }

    /// There is no room here: say so, and where there may be some. Whom another edge sent is not sent on again.
    fn send_on(&mut self, id: ConnId, ask: &Ask) {
        let sent = ask.via.as_deref().is_some_and(|via| self.fleet.was_sent(via, &ask.hall));
        let others = if sent { String::new() } else { self.others(&ask.hall) };
        self.refuse_full(id, &others);
    }

    fn others(&self, hall: &HallId) -> String {
        let refused: u64 = self.counts.refused.values().sum();
        answer::alternates(hall, refused, &self.fleet)
    }

    fn refuse_full(&mut self, id: ConnId, headers: &str) {
        self.refuse(id, "edge_full", &format!("{} are connected", self.conns_max), headers);
    }

    fn listen(&mut self, id: ConnId, ask: &Ask) {
        let (fleet, cadence) = (self.fleet.clone(), self.cadence);
        let Some((number, hall)) = self.hall(&ask.hall) else {
            self.refuse(id, "hall_unknown", ask.hall.as_str(), "");
            return;
        };
        let newest = hall.window.newest();
        let start = hall.window.start_for(cadence.buffer_parts());
        let resumes = || ask.resume.as_deref().is_some_and(|token| fleet.resumes(token, &ask.hall));
        let wanted = ask.from.filter(|from| newest.is_none_or(|it| from.0 <= it.0 + BEHIND_PARTS_MAX));
        // What lies before a newcomer's buffer is for those who were here.
        let next = match (wanted, start) {
            (Some(from), Some(start)) if from < start && !resumes() => Some(start),
            (wanted, start) => wanted.or(start),
        };
        // With nothing in hand, only who asked for a part knows which is the first.
        let told = next.map(|next| hall.window.at_or_after(next).map_or(next, |framed| framed.no));
        let first = told.unwrap_or_default();
        let head = || answer::stream(&ask.hall, told, cadence, &fleet);
        let (stage, bytes) = if ask.body {
            let header = self.header.chunk.clone();
            let Some((_, hall)) = self.hall(&ask.hall) else { return };
            let welcome = hall.welcome(first, || [head().as_bytes(), &header].concat());
            let (group, place) = hall.sit(id);
            self.counts.joined += 1;
            let seat = Seat { hall: number, group, place, next: welcome.next, skips: 0 };
            (Stage::Listening(seat), welcome.bytes)
        } else {
            (Stage::Leaving, head().into())
        };
        let conn = &mut self.conns[id];
        conn.stage = stage;
        conn.pending = Some(Box::new((bytes, 0)));
        self.outputs.push_back(Output::Send(id));
    }

    fn refuse(&mut self, id: ConnId, code: &'static str, detail: &str, headers: &str) {
        *self.counts.refused.entry(code).or_default() += 1;
        let answer = answer::refused(code, detail, headers);
        if let Some(conn) = self.conns.get_mut(id) {
            conn.stage = Stage::Leaving;
            conn.pending = Some(Box::new((answer.into(), 0)));
            self.outputs.push_back(Output::Send(id));
        }
    }

    /// Who was passed over by a sweep: is owed single parts, or skipped ahead, or let go.
    fn fall_behind(&mut self, id: ConnId, newest: PartNo) {
        let conn = &mut self.conns[id];
        let Stage::Listening(seat) = &mut conn.stage else { return };
        if seat.next.0 + BEHIND_PARTS_MAX + self.cadence.parts() <= newest.0 {
            seat.next = newest.back(self.cadence.buffer_parts() - 1);
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
            self.conns[id].stage = Stage::Leaving;
            self.outputs.push_back(Output::Close(id, "hall_gone"));
        }
    }

    fn drop_slow_heads(&mut self, now: Instant) {
        while let Some(&(at, id, times)) = self.asking.front() {
            let conn = &self.conns[id];
            let waits = conn.times == times && matches!(conn.stage, Stage::Asking { .. });
            if waits && at > now {
                break;
            }
            self.asking.pop_front();
            if waits {
                self.outputs.push_back(Output::Close(id, "slow_head"));
            }
        }
    }

    fn forget(&mut self, id: ConnId) {
        let Some(conn) = self.conns.get_mut(id) else { return };
        let stage = std::mem::take(&mut conn.stage);
        conn.pending = None;
        if !matches!(stage, Stage::Free) {
            self.here -= 1;
        }
        let Stage::Listening(seat) = stage else { return };
        self.counts.left += 1;
        let Some(hall) = self.halls.get_mut(seat.hall) else { return };
        let Some(moved) = hall.leave(seat.group, seat.place) else { return };
        if let Stage::Listening(other) = &mut self.conns[moved].stage {
            other.place = seat.place;
            // A sweep may have passed that place already.
            self.outputs.push_back(Output::Send(moved));
        }
    }
}
