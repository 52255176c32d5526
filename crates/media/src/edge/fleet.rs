//! The edges of a fleet as one of them knows them: who is there, who listens where, where else a listener may go.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::flow::HallId;
use crate::rules::Tokens;
use crate::units::WallMs;

/// An edge that was heard so much longer ago than we hear ourselves is gone.
const GONE_AFTER: Duration = Duration::from_secs(5);
/// Its listeners come to the others within this time.
const LOST_FOR: Duration = Duration::from_secs(65);
/// One that is gone is remembered for so long, while there are others to be heard.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(600);
const EDGES_MAX: usize = 1_000;
const ORIGIN_BYTES_MAX: usize = 200;
/// Nobody is sent to an edge that has less room than this, while there is another.
const ROOM_MIN: f64 = 0.1;

/// What an edge says of itself every second (`spec/node.md`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Beat {
    pub node: String,
    /// Where its pages are, an origin.
    pub page: String,
    /// Where its streams are, an origin.
    pub stream: String,
    /// Its headroom, a share of one.
    pub room: f64,
    /// Who listens there, by hall.
    pub halls: BTreeMap<String, usize>,
}

impl Beat {
    fn read(bytes: &[u8]) -> Option<Self> {
        let beat: Self = serde_json::from_slice(bytes).ok()?;
        let well = is_origin(&beat.page) && is_origin(&beat.stream) && beat.room.is_finite();
        well.then_some(beat)
    }
}

/// Whether this can stand in a header as it is.
fn is_origin(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
    text.len() <= ORIGIN_BYTES_MAX && host.is_some_and(|host| !host.is_empty() && host.bytes().all(plain))
}

/// Where an edge is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origins {
    pub page: String,
    pub stream: String,
}

/// What all said last.
pub struct Fleet {
    node: String,
    heard: BTreeMap<String, (Instant, Beat)>,
}

impl Fleet {
    /// `node`: our own name, under which we hear ourselves.
    pub fn new(node: &str) -> Self {
        Self { node: node.to_owned(), heard: BTreeMap::new() }
    }

    /// Take what came; what is no beat is passed over.
    pub fn hear(&mut self, bytes: &[u8], now: Instant) {
        let Some(beat) = Beat::read(bytes) else { return };
        if self.heard.len() < EDGES_MAX || self.heard.contains_key(&beat.node) {
            self.heard.insert(beat.node.clone(), (now, beat));
        }
        self.heard.retain(|_, (at, _)| now.saturating_duration_since(*at) < FORGOTTEN_AFTER);
    }

    /// Who is there besides us: as long as we do not even hear ourselves, all that we knew.
    fn others(&self) -> impl Iterator<Item = &Beat> {
        let here = self.heard.get(&self.node).map(|(at, _)| *at);
        let there = move |at: Instant| here.is_none_or(|here| at + GONE_AFTER > here);
        let others = self.heard.iter().filter(|(node, _)| **node != self.node);
        others.filter(move |(_, (at, _))| there(*at)).map(|(_, (_, beat))| beat)
    }

    /// How many listened at those that fell silent within the last minute.
    pub fn lost(&self) -> usize {
        let Some((here, _)) = self.heard.get(&self.node) else { return 0 };
        let silent = |at: Instant| here.saturating_duration_since(at);
        let gone = self.heard.values().filter(|(at, _)| silent(*at) >= GONE_AFTER && silent(*at) < LOST_FOR);
        gone.flat_map(|(_, beat)| beat.halls.values()).fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// Who listens at all others, by hall.
    pub fn elsewhere(&self) -> BTreeMap<String, usize> {
        let mut sums = BTreeMap::new();
        for (hall, count) in self.others().flat_map(|beat| &beat.halls) {
            let sum: &mut usize = sums.entry(hall.clone()).or_default();
            *sum = sum.saturating_add(*count);
        }
        sums
    }

    /// Other addresses than `stream`, each once, in the same order at every edge.
    pub fn places(&self, stream: &str) -> Vec<Origins> {
        let mut rooms: BTreeMap<&str, (f64, &str)> = BTreeMap::new();
        for beat in self.others().filter(|beat| beat.stream != stream) {
            let (room, page) = rooms.entry(&beat.stream).or_insert((beat.room, &beat.page));
            if beat.room > *room {
                (*room, *page) = (beat.room, &beat.page);
            }
        }
        let any = rooms.values().any(|(room, _)| *room >= ROOM_MIN);
        let fit = rooms.iter().filter(|(_, (room, _))| !any || *room >= ROOM_MIN);
        fit.map(|(stream, (_, page))| Origins { page: (*page).to_owned(), stream: (*stream).to_owned() })
            .collect()
    }
}

/// What an edge tells those who ask it, and checks of what they show: made anew every second.
#[derive(Debug, Clone, Default)]
pub struct FleetView {
    pub tokens: Tokens,
    pub now: WallMs,
    /// Our own streams' origin.
    pub stream: String,
    pub places: Vec<Origins>,
    /// Who listened at edges that fell silent within the last minute.
    pub lost: usize,
    /// Who listens at the others, by hall.
    pub elsewhere: BTreeMap<String, usize>,
}

impl FleetView {
    /// Two other edges for this hall, as addresses with our word in them; as `turn` goes on, each has its share.
    pub fn alternates(&self, hall: &HallId, turn: u64) -> Vec<Origins> {
        let count = self.places.len();
        let start = usize::try_from(turn % count.max(1) as u64).unwrap_or(0);
        let chosen = (start..start + count.min(2)).map(|n| &self.places[n % count]);
        chosen
            .filter_map(|place| {
                let via = self.tokens.via(hall, &place.stream, self.now)?;
                let stream = format!("{}/h/{hall}/live.mp4?via={via}", place.stream);
                Some(Origins { page: place.page.clone(), stream })
            })
            .collect()
    }

    pub fn resumes(&self, token: &str, hall: &HallId) -> bool {
        self.tokens.resumes(token, hall, self.now)
    }

    /// Whether another edge sent them here.
    pub fn was_sent(&self, token: &str, hall: &HallId) -> bool {
        self.tokens.came_via(token, hall, &self.stream, self.now)
    }
}
