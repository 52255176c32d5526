//! A door with sockets that take what a test lets them, and a fleet of two others.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;

use super::super::{FleetView, Origins};
use super::{Cadence, ConnId, Door, Input, Output};
use crate::flow::{HallId, Part};
use crate::rules::{FleetKey, Orders, Tokens};
use crate::testing::start;
use crate::units::{PartNo, WallMs};

pub(super) const NOW: WallMs = WallMs(1_790_000_000_000);

/// What the door knows of its fleet.
pub(super) fn fleet() -> FleetView {
    let key = FleetKey { kid: "1".into(), k: "07".repeat(32) };
    let place = |name: &str| Origins { page: format!("https://{name}"), stream: format!("https://{name}:1") };
    FleetView {
        tokens: Tokens::of(&Orders { fleet_keys: vec![key], ..Orders::default() }),
        now: NOW,
        stream: "https://a:1".into(),
        places: vec![place("b"), place("c")],
        ..FleetView::default()
    }
}

pub(super) fn hall() -> HallId {
    HallId::parse("demo").unwrap()
}

/// A door with sockets that take what a test lets them.
pub(super) struct Bench {
    pub(super) door: Door,
    pub(super) now: Instant,
    /// Bytes that each takes before it is full; endless where nothing is said.
    pub(super) room: BTreeMap<ConnId, usize>,
    pub(super) waits: BTreeMap<ConnId, bool>,
    pub(super) got: BTreeMap<ConnId, Vec<u8>>,
    pub(super) closed: Vec<(ConnId, &'static str)>,
    pub(super) sweeps: usize,
}

impl Bench {
    pub(super) fn open(cadence: u64) -> Self {
        let now = start().instant;
        let mut door = Door::new(b"HEAD", Cadence::try_from(cadence).unwrap(), 1_000);
        door.handle(Input::Halls(&[hall()]), now);
        door.handle(Input::Fleet(Arc::new(fleet())), now);
        let (room, waits, got) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Self { door, now, room, waits, got, closed: Vec::new(), sweeps: 0 }
    }

    pub(super) fn push(&mut self, numbers: std::ops::Range<u64>) {
        for no in numbers {
            let part = Part { no: PartNo(no), bytes: Bytes::from(format!("<{no}>")) };
            self.door.handle(Input::Part(&hall(), &part), self.now);
            self.perform();
        }
    }

    pub(super) fn listen(&mut self, id: ConnId, query: &str) {
        self.door.handle(Input::Accepted(id), self.now);
        self.ask(id, query);
    }

    /// One who was accepted says what for.
    pub(super) fn ask(&mut self, id: ConnId, query: &str) {
        let head = format!("GET /h/demo/live.mp4{query} HTTP/1.1\r\nHost: x\r\n\r\n");
        self.door.handle(Input::Received(id, head.as_bytes()), self.now);
        self.perform();
    }

    /// As one who was let in before.
    pub(super) fn resume(&mut self, id: ConnId, from: u64) {
        let token = fleet().tokens.resume(&hall(), NOW).unwrap();
        self.listen(id, &format!("?from={from}&resume={token}"));
    }

    fn take(&mut self, id: ConnId, bytes: &[u8]) -> usize {
        let room = self.room.get_mut(&id);
        let count = room.as_ref().map_or(bytes.len(), |room| bytes.len().min(**room));
        if let Some(room) = room {
            *room -= count;
        }
        self.got.entry(id).or_default().extend_from_slice(&bytes[..count]);
        count
    }

    /// As the shell does.
    pub(super) fn send(&mut self, id: ConnId) {
        while let Some(bytes) = self.door.owed(id) {
            let count = self.take(id, &bytes);
            if count == 0 {
                self.door.block(id, true);
                self.waits.insert(id, true);
                return;
            }
            self.door.sent(id, count);
        }
        self.door.block(id, false);
        self.waits.insert(id, false);
        if self.door.may_close(id) {
            self.close(id, "answered");
        }
    }

    pub(super) fn close(&mut self, id: ConnId, reason: &'static str) {
        self.closed.push((id, reason));
        self.door.handle(Input::Gone(id), self.now);
    }

    pub(super) fn perform(&mut self) {
        while let Some(output) = self.door.poll() {
            match output {
                Output::Send(id) => self.send(id),
                Output::Close(id, reason) => self.close(id, reason),
                Output::Sweep(mut sweep) => {
                    self.sweeps += 1;
                    while let Some(id) = self.door.next(&mut sweep) {
                        let bytes = sweep.bytes.clone();
                        let count = self.take(id, &bytes);
                        let whole = self.door.swept(&sweep, id, count);
                        assert_eq!(whole, count == bytes.len());
                        self.waits.insert(id, !whole);
                    }
                }
            }
        }
    }

    /// The kernel takes more again.
    pub(super) fn make_room(&mut self, id: ConnId, bytes: usize) {
        self.room.insert(id, bytes);
        if self.waits.get(&id) == Some(&true) {
            self.send(id);
            self.perform();
        }
    }

    pub(super) fn text(&mut self, id: ConnId) -> String {
        String::from_utf8(self.got.remove(&id).unwrap_or_default()).unwrap()
    }

    pub(super) fn reasons(&self) -> Vec<&'static str> {
        self.closed.iter().map(|(_, reason)| *reason).collect()
    }
}

/// The numbers of the parts in a body of whole chunks.
pub(super) fn numbers(body: &str) -> Vec<u64> {
    let mut rest = body;
    let mut found = Vec::new();
    while !rest.is_empty() {
        let (size, tail) = rest.split_once("\r\n").expect("a size");
        let size = usize::from_str_radix(size, 16).expect("a size in hex");
        let (chunk, tail) = tail.split_at(size);
        rest = tail.strip_prefix("\r\n").expect("the end of a chunk");
        if chunk != "HEAD" {
            found.push(chunk.trim_matches(['<', '>']).parse().expect("a number"));
        }
    }
    found
}

pub(super) fn body(text: &str) -> &str {
    text.split_once("\r\n\r\n").map_or(text, |(_, body)| body)
}
