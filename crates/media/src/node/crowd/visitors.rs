//! Those who come to a door and leave as soon as they hear: how many a second, how soon they are answered.

use std::collections::{BTreeMap, VecDeque};
use std::io::ErrorKind;
use std::net::IpAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use mio::{Events, Interest, Poll, Token};
use serde::Deserialize;
use serde_json::{Value, json};
use socket2::SockRef;

use crate::crowd::{Ear, Now, Score, Tally, refusal_in};
use crate::node::clock::Clock;
use crate::node::start::CannotStart;
use crate::node::tls::Sealed;

use super::ears::socket;
use super::place::Place;

const REPORT_EVERY: Duration = Duration::from_millis(500);
/// How long visits are begun in one turn: in between, what came is read.
const BEGINNING: Duration = Duration::from_millis(1);
const READ_BYTES: usize = 64 * 1024;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VisitorsOrder {
    stream: String,
    /// So many come each second, as long as no more than `at_once` are on their way.
    per_s: f64,
    at_once: usize,
    /// Who hears nothing by then gives up.
    within_ms: u64,
    /// They connect and say nothing.
    #[serde(default)]
    silent: bool,
    /// Addresses they come from, in turn; none: the system's choice.
    #[serde(default)]
    sources: Vec<IpAddr>,
}

struct Visit {
    ear: Ear,
    stream: Sealed,
    begun: Instant,
    connected: Option<Instant>,
    asked: bool,
    answered: bool,
}

#[derive(Default)]
struct Counts {
    begun: u64,
    connected: u64,
    heard: u64,
    gave_up: u64,
    broke: u64,
    refused: BTreeMap<String, u64>,
    /// From the connection to the first byte of the answer, and from the beginning to the first sound.
    answered_ms: Tally,
    heard_ms: Tally,
    /// How long those who had something to read waited for us, at most.
    late_ms: Tally,
}

pub struct Visitors {
    order: VisitorsOrder,
    place: Place,
    clock: Clock,
    poll: Poll,
    visits: Vec<Option<Visit>>,
    free: Vec<usize>,
    /// By when each gives up; a number may have another visit by then.
    ends: VecDeque<(Instant, usize, Instant)>,
    score: Score,
    buffer: Vec<u8>,
    counts: Counts,
}

impl Visitors {
    pub fn open(order: VisitorsOrder, clock: Clock) -> Result<Self, CannotStart> {
        Ok(Self {
            place: Place::of(&order.stream)?,
            clock,
            poll: Poll::new()?,
            visits: Vec::new(),
            free: Vec::new(),
            ends: VecDeque::new(),
            score: Score::default(),
            buffer: vec![0; READ_BYTES],
            counts: Counts::default(),
            order,
        })
    }

    pub fn run(mut self, board: &Mutex<Value>, stop: &AtomicBool) {
        let mut events = Events::with_capacity(4_096);
        let started = self.clock.instant();
        let mut report = started;
        while !stop.load(Ordering::Relaxed) {
            self.begin(started);
            let _ = self.poll.poll(&mut events, Some(Duration::from_millis(1)));
            let woken = self.clock.instant();
            for event in &events {
                let id = event.token().0;
                if event.is_writable() {
                    self.ask(id);
                }
                self.read(id);
            }
            let now = self.clock.instant();
            if !events.is_empty() {
                self.counts.late_ms.add((now - woken + BEGINNING).as_secs_f64() * 1_000.0);
            }
            self.give_up(now);
            if now >= report {
                report = now + REPORT_EVERY;
                self.tell(board, now - started);
            }
        }
        self.tell(board, self.clock.instant() - started);
    }

    fn begin(&mut self, started: Instant) {
        let now = self.clock.instant();
        let due = ((now - started).as_secs_f64() * self.order.per_s) as u64;
        while self.counts.begun < due
            && self.visits.len() - self.free.len() < self.order.at_once
            && self.clock.instant() < now + BEGINNING
        {
            let id = self.free.pop().unwrap_or_else(|| {
                self.visits.push(None);
                self.visits.len() - 1
            });
            let sources = &self.order.sources;
            let source = sources.get(self.counts.begun as usize % sources.len().max(1)).copied();
            self.counts.begun += 1;
            let made = socket(&self.place, source).and_then(|mut stream| {
                // Nothing is kept of a visit, by either system: ports of ours would run out.
                SockRef::from(&stream).set_linger(Some(Duration::ZERO))?;
                let interest = Interest::READABLE | Interest::WRITABLE;
                self.poll.registry().register(&mut stream, Token(id), interest)?;
                Sealed::guest(stream, self.place.trust.as_ref())
            });
            let begun = self.clock.instant();
            match made {
                Ok(stream) => {
                    let (ear, connected) = (Ear::new(), None);
                    self.visits[id] =
                        Some(Visit { ear, stream, begun, connected, asked: false, answered: false });
                    self.ends.push_back((begun + Duration::from_millis(self.order.within_ms), id, begun));
                }
                Err(_) => {
                    self.counts.broke += 1;
                    self.free.push(id);
                }
            }
        }
    }

    fn ask(&mut self, id: usize) {
        let Some(Some(visit)) = self.visits.get_mut(id) else { return };
        if visit.asked || matches!(visit.stream.stream.take_error(), Ok(Some(_)) | Err(_)) {
            return;
        }
        if visit.connected.is_none() {
            visit.connected = Some(self.clock.instant());
            self.counts.connected += 1;
        }
        if self.order.silent {
            visit.asked = true;
            return;
        }
        let request = format!("GET {} HTTP/1.1\r\nHost: {}\r\n\r\n", self.place.path, self.place.host);
        visit.asked = visit.stream.write(request.as_bytes()).is_ok();
    }

    fn read(&mut self, id: usize) {
        let Some(Some(visit)) = self.visits.get_mut(id) else { return };
        let ended = loop {
            match visit.stream.read(&mut self.buffer) {
                Ok(0) => break true,
                Ok(count) => {
                    let now = self.clock.instant();
                    if !std::mem::replace(&mut visit.answered, true) {
                        let since = now - visit.connected.unwrap_or(visit.begun);
                        self.counts.answered_ms.add(since.as_secs_f64() * 1_000.0);
                    }
                    let moment = Now { instant: now, media: self.clock.media_at(now) };
                    let mut heard = Vec::new();
                    let read = visit.ear.handle(&self.buffer[..count], moment, &mut self.score, &mut heard);
                    if read.is_err() {
                        let code = refusal_in(&self.buffer[..count]).to_owned();
                        *self.counts.refused.entry(code).or_default() += 1;
                        break false;
                    }
                    if !heard.is_empty() {
                        self.counts.heard += 1;
                        self.counts.heard_ms.add((now - visit.begun).as_secs_f64() * 1_000.0);
                        break false;
                    }
                }
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::NotConnected) => {
                    return;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => break true,
            }
        };
        self.counts.broke += u64::from(ended);
        self.leave(id);
    }

    fn give_up(&mut self, now: Instant) {
        while let Some(&(at, id, begun)) = self.ends.front() {
            if at > now {
                return;
            }
            self.ends.pop_front();
            if self.visits[id].as_ref().is_some_and(|visit| visit.begun == begun) {
                self.counts.gave_up += 1;
                self.leave(id);
            }
        }
    }

    fn leave(&mut self, id: usize) {
        if let Some(mut visit) = self.visits[id].take() {
            let _ = self.poll.registry().deregister(&mut visit.stream.stream);
            self.free.push(id);
        }
    }

    fn tell(&self, board: &Mutex<Value>, since: Duration) {
        let told = json!({
            "seconds": since.as_secs_f64(),
            "begun": self.counts.begun,
            "connected": self.counts.connected,
            "heard": self.counts.heard,
            "gave_up": self.counts.gave_up,
            "broke": self.counts.broke,
            "refused": self.counts.refused,
            "answered_ms": self.counts.answered_ms.told(),
            "heard_ms": self.counts.heard_ms.told(),
            "late_ms": self.counts.late_ms.told(),
        });
        if let Ok(mut board) = board.lock() {
            *board = told;
        }
    }
}
