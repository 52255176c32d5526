//! What one line has lost, and when to ask its page for it. No network: numbers and times in, requests out.
//!
//! A packet is missing once one with a higher number came. What the next packet carries again is not missing. The rest is
//! asked for at once, and again within a round trip, until its place in the programme has been mixed. Only what is said on
//! air is ever asked for.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use crate::units::SampleCount;

const VERSION: u8 = 1;
/// Two packets of Opus in one of RED.
const ANSWER_BYTES_MAX: usize = 2_560;
/// Nothing is asked for that may only have been overtaken.
const OVERTAKEN: Duration = Duration::from_millis(10);
/// A request or its answer may take so much longer than a round trip before it is taken as lost.
const MARGIN: Duration = Duration::from_millis(15);
const RTT_PRIOR: Duration = Duration::from_millis(100);
const RTT_MIN: Duration = Duration::from_millis(10);
/// So much of an answer is believed at a time: TCP's way of averaging (RFC 6298, section 2).
const RTT_SHARE: u32 = 8;
/// The longest outage that is asked for at all, as frames of 20 ms.
const MISSING_MAX: usize = 1_024;
/// A line's clock that goes back by more is a new clock: 3 s.
const LEAP: i64 = 3 * 48_000;
/// As far back as str0m asks for packets by their numbers.
const NUMBERS: u64 = 101;
const SAMPLES_PER_MS: i64 = 48;
/// So few are asked for twice in a round trip, more often in a long one: requests are lost, and answers, and there is no
/// time to wait until that shows.
const FEW: usize = 16;
const SOON: Duration = Duration::from_millis(45);
/// So many requests are remembered: some seconds of them.
const REQUESTS: usize = 128;
/// What is for the recording alone gives way: so many frames are asked for every so often, three seconds of sound a second.
const LATE_FEW: usize = 38;
const LATE_EVERY: Duration = Duration::from_millis(250);
/// It is there before it is mixed again; and a page keeps no more (`web/src/studio/kept.ts`).
const LATE_MARGIN: Duration = Duration::from_millis(500);
const KEPT: Duration = Duration::from_millis(29_500);
/// Ranges in one request: as many as fit into one packet.
const RANGES_MAX: usize = 32;

/// One request of a line: its number comes back with what is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub number: u8,
    pub ranges: Vec<Range>,
}

impl Request {
    /// As pages read it: times of 32 bits, as on the line.
    pub fn text(&self) -> String {
        let pairs: Vec<[u32; 2]> =
            self.ranges.iter().map(|range| [range.from as u32, range.to as u32]).collect();
        serde_json::json!({"v": VERSION, "n": self.number, "again": pairs}).to_string()
    }
}

/// Frames from `from` up to, not with, `to`, on the line's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    pub from: i64,
    pub to: i64,
}

/// How a packet came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Came {
    /// By itself: when it came tells of the path.
    ByItself,
    /// Sent again.
    Again,
}

struct Missing {
    to: i64,
    /// It is asked for then; when its place in the programme is mixed, no more but for the recording.
    due: Instant,
    mixed: Instant,
    until: Instant,
    asked: bool,
}

pub struct Repair {
    /// The highest number and the latest time of all packets: browsers send some again under new numbers, to fill a line.
    newest: Option<(u64, i64)>,
    /// Numbers that have not come since the latest time.
    lost: u64,
    /// By the time of what is missing.
    missing: BTreeMap<i64, Missing>,
    /// Numbers below the newest that have not come, and since when that is known.
    overtaken: BTreeMap<u64, Instant>,
    window: Duration,
    late: Duration,
    rtt: Duration,
    allowed: bool,
    /// The highest number that came when that began.
    allowed_after: Option<u64>,
    /// Whether an answer has told how long a round trip is.
    measured: bool,
    /// When the last requests were made, by their number.
    requests: VecDeque<(u8, Instant)>,
    /// When something for the recording alone is asked for next.
    late_due: Option<Instant>,
}

impl Repair {
    pub fn new() -> Self {
        Self {
            newest: None,
            lost: 0,
            missing: BTreeMap::new(),
            overtaken: BTreeMap::new(),
            window: Duration::ZERO,
            late: Duration::ZERO,
            rtt: RTT_PRIOR,
            allowed: false,
            allowed_after: None,
            measured: false,
            requests: VecDeque::new(),
            late_due: None,
        }
    }

    /// Whether what is said from now on may be asked for, and how far behind it the programme runs, and what is mixed again
    /// for a recording. What was lost before stays wanted: it was said on air.
    pub fn allow(&mut self, allowed: bool, window: Duration, late: Duration) {
        if !self.allowed {
            self.allowed_after = self.newest.map(|(number, _)| number);
        }
        let late = late.saturating_sub(LATE_MARGIN).min(KEPT).max(window);
        (self.allowed, self.window, self.late) = (allowed, window, late);
    }

    /// Whether whatever is asked for by its number was said on air: who asks so looks back at the last hundred.
    pub fn may_ask_by_number(&self) -> bool {
        let newest = self.newest.map_or(0, |(number, _)| number);
        self.allowed && self.allowed_after.is_none_or(|after| newest > after + NUMBERS)
    }

    /// A packet came with this number and time, `samples` long.
    pub fn packet(&mut self, number: u64, time: i64, samples: i64, now: Instant) -> Came {
        self.have(time);
        let Some((newest, newest_time)) = self.newest else {
            self.newest = Some((number, time));
            return Came::ByItself;
        };
        if number <= newest {
            let since = self.overtaken.remove(&number);
            // Whatever was asked for takes a round trip; what comes sooner was only overtaken.
            let again = since.is_some_and(|since| now.saturating_duration_since(since) > self.rtt * 3 / 4);
            return if again { Came::Again } else { Came::ByItself };
        }
        if newest_time - time > LEAP {
            // Another clock: nothing is known of it.
            (self.newest, self.lost) = (Some((number, time)), 0);
            self.overtaken.clear();
            return Came::ByItself;
        }
        self.newest = Some((number, newest_time.max(time)));
        for lost in (newest + 1..number).rev().take(MISSING_MAX) {
            self.overtaken.insert(lost, now);
        }
        while self.overtaken.len() > MISSING_MAX {
            self.overtaken.pop_first();
        }
        self.lost = self.lost.saturating_add(number - newest - 1);
        if time <= newest_time {
            return Came::Again;
        }
        let lost = std::mem::take(&mut self.lost);
        if self.allowed && lost > 0 {
            self.note_gap(newest_time, time, samples, now);
        }
        Came::ByItself
    }

    /// Note that packets are missing between two that came: one by one where they are of this length, else as one stretch.
    fn note_gap(&mut self, before: i64, after: i64, samples: i64, now: Instant) {
        let gap = after - before - samples;
        let length = if gap % samples == 0 { samples } else { gap };
        let most = self.late.as_millis() as i64 * SAMPLES_PER_MS / samples + 1;
        let count = if length > 0 { (gap / length).min(most) } else { 0 };
        for from in (1..=count).map(|k| after - k * length) {
            // What was said so much earlier than what just came is mixed so much sooner.
            let earlier = SampleCount(after - from).ms().unsigned_abs();
            let earlier = Duration::from_millis(earlier);
            let left = self.late.saturating_sub(earlier);
            if !left.is_zero() {
                let (to, due, until) = (from + length, now + OVERTAKEN, now + left);
                let mixed = now + self.window.saturating_sub(earlier);
                self.missing.entry(from).or_insert(Missing { to, due, mixed, until, asked: false });
            }
        }
        while self.missing.len() > MISSING_MAX {
            self.missing.pop_first();
        }
    }

    /// What begins at `time` is here, however it came.
    pub fn have(&mut self, time: i64) {
        self.missing.remove(&time);
    }

    /// The line's time of an answer.
    pub fn time_of(&self, answer: &Answer) -> i64 {
        unwrapped(answer.time, self.newest.map_or(0, |(_, time)| time))
    }

    /// The page sent again what begins at `time`, for the request of that number. False where nobody asked for that.
    pub fn answered(&mut self, time: i64, number: u8, now: Instant) -> bool {
        let request = self.requests.iter().rev().find(|(one, _)| *one == number);
        if let Some(&(_, asked)) = request {
            self.note_round_trip(now.saturating_duration_since(asked));
        }
        let holding = self.missing.range(..=time).next_back();
        let Some((&from, _)) = holding.filter(|(_, missing)| time < missing.to && missing.asked) else {
            return false;
        };
        if from == time {
            self.missing.remove(&from);
        }
        true
    }

    fn note_round_trip(&mut self, took: Duration) {
        self.rtt = (self.rtt * (RTT_SHARE - 1) + took) / RTT_SHARE;
        self.rtt = self.rtt.max(RTT_MIN);
        self.measured = true;
    }

    /// The round trip as something else measured it, where no answer has told yet.
    pub fn hint_round_trip(&mut self, rtt: Duration) {
        if !self.measured {
            self.rtt = rtt.max(RTT_MIN);
        }
    }

    /// When to call [`Repair::ask`].
    pub fn deadline(&self) -> Option<Instant> {
        let due = |missing: &Missing| {
            let due = if missing.due < missing.mixed {
                missing.due
            } else {
                self.late_due.map_or(missing.due, |late| late.max(missing.due))
            };
            due.min(missing.until)
        };
        self.missing.values().map(due).min()
    }

    /// What to ask for now, if anything: the most urgent first.
    pub fn ask(&mut self, now: Instant) -> Option<Request> {
        self.missing.retain(|_, missing| now < missing.until);
        let trip = self.rtt + MARGIN;
        let urgent = self.missing.values().filter(|missing| now < missing.mixed).count();
        let again = now + if urgent > FEW { trip } else { (trip / 2).min(SOON) };
        let mut ranges = Vec::<Range>::new();
        let due = self.missing.iter_mut().filter(|(_, missing)| missing.due <= now && now < missing.mixed);
        for (&from, missing) in due {
            if !add(&mut ranges, Range { from, to: missing.to }) {
                break;
            }
            (missing.asked, missing.due) = (true, again);
        }
        if self.late_due.is_none_or(|late| now >= late) {
            let again = now + trip.max(LATE_EVERY);
            let late = self.missing.iter().filter(|(_, missing)| missing.due <= now && now >= missing.mixed);
            // Those in turn that were not asked for, or longest ago.
            let mut late: Vec<(Instant, i64)> = late.map(|(&from, missing)| (missing.due, from)).collect();
            late.sort_unstable();
            late.truncate(LATE_FEW);
            late.sort_unstable_by_key(|(_, from)| *from);
            for (_, from) in late {
                let Some(missing) = self.missing.get_mut(&from) else { continue };
                if !add(&mut ranges, Range { from, to: missing.to }) {
                    break;
                }
                (missing.asked, missing.due) = (true, again);
                self.late_due = Some(now + LATE_EVERY);
            }
        }
        if ranges.is_empty() {
            return None;
        }
        let number = self.requests.back().map_or(0, |(last, _)| last.wrapping_add(1));
        self.requests.push_back((number, now));
        if self.requests.len() > REQUESTS {
            self.requests.pop_front();
        }
        Some(Request { number, ranges })
    }
}

/// Add to what is asked for; false where no more fits into one request.
fn add(ranges: &mut Vec<Range>, range: Range) -> bool {
    if let Some(last) = ranges.last_mut().filter(|last| last.to == range.from) {
        last.to = range.to;
        return true;
    }
    let fits = ranges.len() < RANGES_MAX;
    if fits {
        ranges.push(range);
    }
    fits
}

/// What a page says on its line for repair: for which request, a packet that it sent before, its type and its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer<'a> {
    pub number: u8,
    pub payload_type: u8,
    pub time: u32,
    pub payload: &'a [u8],
}

impl<'a> Answer<'a> {
    /// None where it is not one. Comes from strangers.
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        let (&[version, number, payload_type, a, b, c, d], payload) = bytes.split_first_chunk()?;
        let fits = version == VERSION && !payload.is_empty() && payload.len() <= ANSWER_BYTES_MAX;
        fits.then_some(Self { number, payload_type, time: u32::from_be_bytes([a, b, c, d]), payload })
    }
}

/// The time that is `wire` in 32 bits and nearest to `near`.
fn unwrapped(wire: u32, near: i64) -> i64 {
    near + i64::from(wire.wrapping_sub(near as u32) as i32)
}
