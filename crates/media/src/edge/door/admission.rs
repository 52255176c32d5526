//! Who is let in: by class as long as there is room for that class, and in the order of their coming.

use std::time::{Duration, Instant};

use crate::units::WallMs;

use super::cadence::Cadence;
use super::line::{Line, LineView};
use super::room::{Of, Room};

/// Counted for as long as this: who was lost comes back meanwhile.
const MINUTE: usize = 60;

/// Who asks, the last let out of doors first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    Anyone,
    Pass,
    Resuming,
    Staff,
}

/// How full sweeps may be before newcomers are written to less often: every 4 parts, every 20.
const SLOWER_FROM: [f64; 2] = [0.75, 0.88];

/// Of those a line feeds, as many newcomers come in a second: each is given more than a second of sound at once, and
/// what does not fit is dropped, of those inside too.
const NEW_PER_S: f64 = 0.15;
const NEW_MIN: f64 = 20.0;
/// Half a minute of sound at once is work for nothing: so many a second have it without a token, while so much is taken.
const OLD_PER_S: usize = 20;
const CALM: f64 = 0.5;

impl Class {
    /// How full it may be before this class waits too. Descriptors are counted, all else is measured.
    fn share(self, of: Of) -> f64 {
        let kept = match self {
            Self::Anyone => 0.06,
            Self::Pass => 0.04,
            Self::Resuming => 0.02,
            Self::Staff => 0.0,
        };
        1.0 - if of == Of::Descriptors { kept / 3.0 } else { kept }
    }
}

/// How many there are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Load {
    pub listeners: f64,
    /// Each counted by its share of the writes.
    pub writes: f64,
    pub connections: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    In,
    /// There is no room for such a one; what there is too little of.
    Full(Of),
    /// There may be, but others came before.
    Line,
}

/// Counts of the last minute, by seconds.
struct Minute {
    counts: [usize; MINUTE],
    second: u64,
}

impl Minute {
    fn add(&mut self, second: u64) {
        self.turn(second);
        self.counts[(second % MINUTE as u64) as usize] += 1;
    }

    fn sum(&mut self, second: u64) -> usize {
        self.turn(second);
        self.counts.iter().sum()
    }

    fn turn(&mut self, second: u64) {
        for passed in (self.second + 1..=second).take(MINUTE) {
            self.counts[(passed % MINUTE as u64) as usize] = 0;
        }
        self.second = self.second.max(second);
    }
}

pub struct Admission {
    opened: Option<Instant>,
    room: Room,
    line: Line,
    /// Who left here, and who came back with a token when there was little room.
    left: Minute,
    resumed: Minute,
    /// Who listened at edges that fell silent within the last minute.
    lost: usize,
    /// Newcomers since the last measuring; those of them who were given more than a newcomer's buffer.
    new: usize,
    old: usize,
}

impl Admission {
    /// As many as these may be connected; more is known when it was measured.
    pub fn new(descriptors: usize) -> Self {
        let (sweep, uplink, memory) = (f64::INFINITY, f64::INFINITY, f64::INFINITY);
        let empty = || Minute { counts: [0; MINUTE], second: 0 };
        Self {
            opened: None,
            room: Room { sweep, uplink, memory, descriptors: descriptors as f64 },
            line: Line::default(),
            left: empty(),
            resumed: empty(),
            lost: 0,
            new: 0,
            old: 0,
        }
    }

    /// Something was measured; the line moves.
    pub fn measured(&mut self, room: Room, load: Load, now: Instant) {
        self.room = room;
        (self.new, self.old) = (0, 0);
        self.second(now);
        let free = |of: Of, count: f64| count * Class::Anyone.share(of) - load.of(of);
        let least = room.all().into_iter().map(|(of, count)| free(of, count)).fold(f64::INFINITY, f64::min);
        self.line.advance(least.clamp(0.0, 1e6).ceil() as usize, now);
    }

    pub fn lost(&mut self, listeners: usize) {
        self.lost = listeners;
    }

    pub fn left(&mut self, now: Instant) {
        let second = self.second(now);
        self.left.add(second);
    }

    /// Whether somebody of this class, who came at `came` if they stood in line, may come in.
    pub fn admit(&mut self, class: Class, came: Option<WallMs>, load: Load, now: Instant) -> Verdict {
        let class = self.earned(class, load, now);
        // Those who were called are as good as here.
        let called = if class == Class::Anyone { self.line.called(now) as f64 } else { 0.0 };
        let is_called = came.is_some_and(|came| self.line.calls(came));
        let full = self.full(class, load, if is_called { 0.0 } else { called });
        match full {
            Some(of) => Verdict::Full(of),
            None if class == Class::Anyone && !self.line.is_empty() && !is_called => Verdict::Line,
            None if class == Class::Anyone
                && self.new as f64 >= (self.room.uplink * NEW_PER_S).max(NEW_MIN) =>
            {
                Verdict::Line
            }
            None => {
                if is_called {
                    self.line.came();
                }
                self.new += 1;
                Verdict::In
            }
        }
    }

    /// Whether somebody without a token may have what lies before a newcomer's buffer: a few, while there is much room.
    pub fn is_generous(&mut self, load: Load) -> bool {
        let calm = self.room.all().into_iter().all(|(of, count)| load.of(of) < count * CALM);
        self.old += usize::from(calm);
        calm && self.old <= OLD_PER_S
    }

    /// How often a newcomer is written to.
    pub fn cadence(&self, load: Load) -> Cadence {
        let full = load.writes / self.room.sweep.max(1.0);
        Cadence::ALL[SLOWER_FROM.iter().filter(|from| full >= **from).count()]
    }

    /// Join the line; gives the time of arrival to come back with.
    pub fn join_line(&mut self, came: Option<WallMs>, now: WallMs) -> WallMs {
        came.unwrap_or_else(|| self.line.join(now))
    }

    pub fn view(&self) -> LineView {
        self.line.view()
    }

    pub fn room(&self) -> Room {
        self.room
    }

    /// Where there is little room, no more resume than were lost or left within the minute; whoever has just started
    /// was lost itself.
    fn earned(&mut self, class: Class, load: Load, now: Instant) -> Class {
        if class != Class::Resuming || self.full(Class::Anyone, load, 0.0).is_none() {
            return class;
        }
        let second = self.second(now);
        let gone = self.lost.saturating_add(self.left.sum(second));
        if second >= MINUTE as u64 && self.resumed.sum(second) >= gone {
            return Class::Anyone;
        }
        self.resumed.add(second);
        class
    }

    fn full(&self, class: Class, load: Load, called: f64) -> Option<Of> {
        let fits = |&(of, count): &(Of, f64)| load.of(of) + called < (count * class.share(of)).max(1.0);
        self.room.all().into_iter().find(|one| !fits(one)).map(|(of, _)| of)
    }

    fn second(&mut self, now: Instant) -> u64 {
        let opened = *self.opened.get_or_insert(now);
        now.saturating_duration_since(opened).max(Duration::ZERO).as_secs()
    }
}

impl Load {
    /// What is taken of it.
    pub fn of(&self, of: Of) -> f64 {
        match of {
            Of::Sweep => self.writes,
            Of::Uplink | Of::Memory => self.listeners,
            Of::Descriptors => self.connections,
        }
    }
}
