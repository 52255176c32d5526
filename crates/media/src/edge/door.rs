//! The stream port without its sockets: who listens to what, what each is owed next, who is let go.
//!
//! A listener is a few numbers; the bytes are the window's, shared. The shell asks [`Door::owed`], sends what the
//! kernel takes, and tells [`Door::sent`]. Nothing here allocates per listener and part.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use bytes::Bytes;

use crate::feed::{Framed, Window};
use crate::flow::{HallId, Part};
use crate::rules::refusal;
use crate::units::PartNo;

use super::request::{HEAD_BYTES_MAX, Head, read_head};

/// What a newcomer gets at once: the player's buffer of 1.08 s, in whole parts.
pub const BUFFER_PARTS: u64 = 5;
/// A request must be whole by then.
const HEAD_WITHIN: Duration = Duration::from_secs(5);
/// Further behind than this (9.6 s), a listener is skipped ahead.
const BEHIND_PARTS_MAX: u64 = 40;
/// A listener skipped more often than this is let go.
const SKIPS_MAX: u8 = 2;

/// The shell's name for a connection; reused after [`Output::Close`].
pub type ConnId = usize;

pub enum Input<'a> {
    Accepted(ConnId),
    Received(ConnId, &'a [u8]),
    /// The other side is gone.
    Gone(ConnId),
    Part(&'a HallId, &'a Part),
    /// These halls and no others are listened to here.
    Halls(&'a [HallId]),
    /// Nothing but the time.
    Timeout,
}

pub enum Output {
    /// There is something new to send to this connection.
    Send(ConnId),
    /// Send what is owed, then close; the reason is for the log.
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

enum Stage {
    /// The head so far.
    Asking(Vec<u8>),
    Listening {
        hall: HallId,
        next: PartNo,
        skips: u8,
    },
    Leaving,
}

struct Conn {
    stage: Stage,
    /// What is being sent: the bytes and how many of them are gone.
    current: Option<(Bytes, usize)>,
}

struct Hall {
    window: Window,
    listeners: Vec<ConnId>,
}

pub struct Door {
    header: Framed,
    conns: HashMap<ConnId, Conn>,
    halls: HashMap<HallId, Hall>,
    asking: VecDeque<(Instant, ConnId)>,
    outputs: VecDeque<Output>,
    counts: DoorCounts,
}

impl Door {
    /// `header` stands before the first part of every stream.
    pub fn new(header: &[u8]) -> Self {
        Self {
            header: Framed::new(PartNo(0), header),
            conns: HashMap::new(),
            halls: HashMap::new(),
            asking: VecDeque::new(),
            outputs: VecDeque::new(),
            counts: DoorCounts::default(),
        }
    }

    pub fn handle(&mut self, input: Input, now: Instant) {
        match input {
            Input::Accepted(id) => {
                self.conns.insert(id, Conn { stage: Stage::Asking(Vec::new()), current: None });
                self.asking.push_back((now + HEAD_WITHIN, id));
            }
            Input::Received(id, bytes) => self.read(id, bytes),
            Input::Gone(id) => self.forget(id),
            Input::Part(hall, part) => self.sweep(hall, part),
            Input::Halls(halls) => self.set_halls(halls),
            Input::Timeout => self.drop_slow_heads(now),
        }
    }

    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    pub fn deadline(&self) -> Option<Instant> {
        self.asking.front().map(|(at, _)| *at)
    }

    /// The bytes to send next on this connection, if any are owed.
    pub fn owed(&mut self, id: ConnId) -> Option<Bytes> {
        let conn = self.conns.get_mut(&id)?;
        if conn.current.is_none()
            && let Stage::Listening { hall, next, .. } = &mut conn.stage
        {
            let framed = self.halls.get(hall)?.window.at_or_after(*next)?;
            *next = framed.no.next();
            conn.current = Some((framed.chunk.clone(), 0));
        }
        conn.current.as_ref().map(|(bytes, gone)| bytes.slice(*gone..))
    }

    /// The kernel took `count` bytes of what was owed.
    pub fn sent(&mut self, id: ConnId, count: usize) {
        let Some(conn) = self.conns.get_mut(&id) else { return };
        if let Some((bytes, gone)) = &mut conn.current {
            *gone += count;
            if *gone >= bytes.len() {
                conn.current = None;
            }
        }
    }

    /// Whether everything owed to a leaving connection is gone.
    pub fn may_close(&self, id: ConnId) -> bool {
        self.conns.get(&id).is_none_or(|conn| matches!(conn.stage, Stage::Leaving) && conn.current.is_none())
    }

    pub fn listeners(&self, hall: &HallId) -> usize {
        self.halls.get(hall).map_or(0, |hall| hall.listeners.len())
    }

    pub fn newest(&self, hall: &HallId) -> Option<PartNo> {
        self.halls.get(hall)?.window.newest()
    }

    pub fn counts(&self) -> &DoorCounts {
        &self.counts
    }

    fn read(&mut self, id: ConnId, bytes: &[u8]) {
        let Some(conn) = self.conns.get_mut(&id) else { return };
        let Stage::Asking(head) = &mut conn.stage else { return };
        let room = HEAD_BYTES_MAX.saturating_sub(head.len());
        head.extend_from_slice(&bytes[..bytes.len().min(room)]);
        match read_head(head) {
            Head::More => {}
            Head::Refused(code, detail) => self.refuse(id, code, &detail),
            Head::Listen { hall, from, body } => self.listen(id, hall, from, body),
        }
    }

    fn listen(&mut self, id: ConnId, hall: HallId, from: Option<PartNo>, body: bool) {
        let Some(found) = self.halls.get_mut(&hall) else {
            self.refuse(id, "hall_unknown", hall.as_str());
            return;
        };
        let newest = found.window.newest();
        let next = from
            .filter(|from| newest.is_none_or(|newest| from.0 <= newest.0 + BEHIND_PARTS_MAX))
            .or_else(|| found.window.start_for(BUFFER_PARTS))
            .unwrap_or_default();
        let first = found.window.at_or_after(next).map_or(next, |framed| framed.no);
        let mut answer = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: audio/mp4; codecs=\"opus\"\r\nCache-Control: no-store\r\n\
             Access-Control-Allow-Origin: *\r\nAccess-Control-Expose-Headers: Hustings-From\r\n\
             X-Content-Type-Options: nosniff\r\nX-Accel-Buffering: no\r\nHustings-From: {}\r\n\
             Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n",
            first.0
        )
        .into_bytes();
        let Some(conn) = self.conns.get_mut(&id) else { return };
        if body {
            answer.extend_from_slice(&self.header.chunk);
            found.listeners.push(id);
            self.counts.joined += 1;
            conn.stage = Stage::Listening { hall, next, skips: 0 };
        } else {
            conn.stage = Stage::Leaving;
            self.outputs.push_back(Output::Close(id, "answered"));
        }
        conn.current = Some((answer.into(), 0));
        self.outputs.push_back(Output::Send(id));
    }

    fn refuse(&mut self, id: ConnId, code: &'static str, detail: &str) {
        let refusal = refusal(code, detail);
        *self.counts.refused.entry(code).or_default() += 1;
        let answer = format!(
            "HTTP/1.1 {} Refused\r\nContent-Type: application/problem+json\r\nContent-Length: {}\r\n\
             Access-Control-Allow-Origin: *\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n{}",
            refusal.status,
            refusal.body.len(),
            refusal.body
        );
        if let Some(conn) = self.conns.get_mut(&id) {
            conn.stage = Stage::Leaving;
            conn.current = Some((answer.into(), 0));
            self.outputs.push_back(Output::Send(id));
            self.outputs.push_back(Output::Close(id, code));
        }
    }

    fn sweep(&mut self, hall: &HallId, part: &Part) {
        let Some(found) = self.halls.get_mut(hall) else { return };
        if !found.window.push(part) {
            return;
        }
        let newest = part.no;
        let mut let_go = Vec::new();
        for &id in &found.listeners {
            let Some(conn) = self.conns.get_mut(&id) else { continue };
            if let Stage::Listening { next, skips, .. } = &mut conn.stage
                && next.0 + BEHIND_PARTS_MAX < newest.0
            {
                *next = newest.back(BUFFER_PARTS - 1);
                *skips += 1;
                if *skips > SKIPS_MAX {
                    let_go.push(id);
                    continue;
                }
            }
            self.outputs.push_back(Output::Send(id));
        }
        for id in let_go {
            self.counts.let_go += 1;
            self.forget(id);
            self.outputs.push_back(Output::Close(id, "slow"));
        }
    }

    fn set_halls(&mut self, halls: &[HallId]) {
        let ended: Vec<HallId> = self.halls.keys().filter(|hall| !halls.contains(hall)).cloned().collect();
        for hall in ended {
            for id in self.halls.remove(&hall).map(|hall| hall.listeners).unwrap_or_default() {
                self.outputs.push_back(Output::Close(id, "hall_gone"));
            }
        }
        for hall in halls {
            let empty = || Hall { window: Window::default(), listeners: Vec::new() };
            self.halls.entry(hall.clone()).or_insert_with(empty);
        }
    }

    fn drop_slow_heads(&mut self, now: Instant) {
        while let Some(&(at, id)) = self.asking.front() {
            if at > now {
                break;
            }
            self.asking.pop_front();
            let asking = self.conns.get(&id).map(|conn| matches!(conn.stage, Stage::Asking(_)));
            if asking == Some(true) {
                self.outputs.push_back(Output::Close(id, "slow_head"));
            }
        }
    }

    fn forget(&mut self, id: ConnId) {
        let Some(conn) = self.conns.remove(&id) else { return };
        self.asking.retain(|(_, waiting)| *waiting != id);
        if let Stage::Listening { hall, .. } = conn.stage {
            self.counts.left += 1;
            if let Some(hall) = self.halls.get_mut(&hall)
                && let Some(at) = hall.listeners.iter().position(|&listener| listener == id)
            {
                hall.listeners.swap_remove(at);
            }
        }
    }
}
