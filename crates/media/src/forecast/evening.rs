//! The evening itself: who comes when to which edge, and what becomes of them.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::{Duration, Instant};

use serde::Deserialize;

use crate::edge::{Cadence, Class, Verdict};
use crate::units::WallMs;

use super::chance::Chance;
use super::house::{EdgeFigures, House};
use super::outcome::{Outcome, Second, Spread};

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForecastOrder {
    pub edges: usize,
    pub listeners: u32,
    /// They come within so many seconds, at any moment alike.
    pub within_s: f64,
    pub seconds: u32,
    /// When, and how many edges, die.
    #[serde(default)]
    pub dying: Vec<(u32, usize)>,
    /// They fall silent, as a machine does whose line is cut; else their systems say that they are gone.
    #[serde(default)]
    pub silent: bool,
    pub edge: EdgeFigures,
    #[serde(default = "rtt")]
    pub rtt_ms: f64,
    #[serde(default)]
    pub seed: u64,
}

fn rtt() -> f64 {
    40.0
}

/// A system asks again for a connection after a second, four times, then after ever twice as long.
const SYN_AGAIN_S: [f64; 7] = [1.0, 1.0, 1.0, 1.0, 2.0, 4.0, 8.0];
/// A page looks elsewhere after so much silence, and has so much in hand (`web/src/listener/player/link.ts`).
const SILENT_S: f64 = 0.81;
const IN_HAND_S: f64 = 1.08;
const PART_S: f64 = 0.24;
/// Nobody is sent where there is less room than this.
const ROOM_MIN: f64 = 0.1;
const AGAIN_S: (f64, f64) = (2.0, 15.0);
const AGAIN_UNKNOWN_S: f64 = 5.0;

struct Listener {
    came_s: f32,
    cut_s: f32,
    at: u16,
    tries: u8,
    sent: bool,
    inside: bool,
    resumes: bool,
    heard: bool,
    place: Option<WallMs>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Knock(u32),
    Answer(u32),
    /// An edge's second is over: each counts from its own start.
    Measured(u16),
}

pub struct Evening {
    order: ForecastOrder,
    begin: Instant,
    chance: Chance,
    houses: Vec<House>,
    listeners: Vec<Listener>,
    /// In microseconds of the evening.
    events: BinaryHeap<Reverse<(u64, What)>>,
    first_sound_s: Vec<f32>,
    back_s: Vec<f32>,
    missed: u64,
    lost: Vec<(u32, usize)>,
    cadences: [usize; 3],
    turn: usize,
}

impl Evening {
    /// `begin`: any moment; all is counted from there.
    pub fn new(order: ForecastOrder, begin: Instant) -> Self {
        let mut evening = Self {
            begin,
            chance: Chance::of(order.seed),
            houses: (0..order.edges.clamp(1, 1_000)).map(|_| House::open(&order.edge)).collect(),
            listeners: Vec::with_capacity(order.listeners as usize),
            events: BinaryHeap::new(),
            first_sound_s: Vec::new(),
            back_s: Vec::new(),
            missed: 0,
            lost: Vec::new(),
            cadences: [0; 3],
            turn: 0,
            order,
        };
        for id in 0..evening.order.listeners {
            let came_s = evening.chance.share() * evening.order.within_s;
            let at = evening.chance.one_of(evening.houses.len()) as u16;
            let (came, cut_s) = (came_s as f32, 0.0);
            let new = Listener {
                came_s: came,
                cut_s,
                at,
                tries: 0,
                sent: false,
                inside: false,
                resumes: false,
                heard: false,
                place: None,
            };
            evening.listeners.push(new);
            evening.later(came_s + evening.rtt_s(), What::Knock(id));
        }
        evening
    }

    pub fn run(mut self) -> Outcome {
        let mut seconds = Vec::new();
        for house in 0..self.houses.len() {
            let phase_s = self.chance.share();
            self.second(house as u16, 0.0);
            self.later(phase_s, What::Measured(house as u16));
        }
        for t_s in 0..self.order.seconds {
            let missed = self.missed;
            self.fall_silent(t_s);
            self.until(f64::from(t_s + 1));
            let missed_parts = self.missed - missed;
            let listening = self.houses.iter().map(|house| house.listening).sum();
            let waiting = self.houses.iter().map(|house| house.admission.view().waiting).sum();
            seconds.push(Second { t_s, listening, waiting, missed_parts });
        }
        let count = self.listeners.len().max(1) as f64;
        let within = |limit: f32| self.first_sound_s.iter().filter(|time| **time <= limit).count();
        let (soon, limits) = (within(5.0) as f64, 1..=self.order.seconds);
        let heard_within = limits.map(|limit| within(limit as f32)).collect();
        let by_cadence = |n: usize| (Cadence::ALL[n].parts(), self.cadences[n]);
        Outcome {
            listeners: self.listeners.len(),
            heard_within_5_s: soon / count,
            heard: self.first_sound_s.len() as f64 / count,
            heard_within,
            first_sound_s: Spread::of(self.first_sound_s),
            missed_parts: self.missed,
            lost_with_edges: self.lost.iter().map(|(_, count)| count).sum(),
            back_s: Spread::of(self.back_s),
            cadences: [by_cadence(0), by_cadence(1), by_cadence(2)],
            waiting_most: seconds.iter().map(|second| second.waiting).max().unwrap_or(0),
            seconds,
        }
    }

    fn rtt_s(&self) -> f64 {
        self.order.rtt_ms / 1_000.0
    }

    /// How long it takes to find out that nobody is there.
    fn found_out_s(&self) -> f64 {
        if self.order.silent { SILENT_S } else { self.rtt_s() }
    }

    fn moment(&self, at_s: f64) -> (Instant, WallMs) {
        // The line tells time by the wall: that of some evening.
        let wall = WallMs(1_790_000_000_000 + (at_s * 1_000.0) as i64);
        (self.begin + Duration::from_secs_f64(at_s.max(0.0)), wall)
    }

    fn later(&mut self, at_s: f64, what: What) {
        self.events.push(Reverse(((at_s.max(0.0) * 1e6) as u64, what)));
    }

    fn until(&mut self, end_s: f64) {
        while let Some(Reverse((at, what))) = self.events.peek().copied() {
            let at_s = at as f64 / 1e6;
            if at_s >= end_s {
                return;
            }
            self.events.pop();
            match what {
                What::Knock(id) => self.knock(id, at_s),
                What::Answer(id) => self.answer(id, at_s),
                What::Measured(house) => {
                    self.second(house, at_s);
                    self.later(at_s + 1.0, What::Measured(house));
                }
            }
        }
    }

    fn knock(&mut self, id: u32, at_s: f64) {
        let (now, _) = self.moment(at_s);
        let listener = &mut self.listeners[id as usize];
        let house = &mut self.houses[usize::from(listener.at)];
        if !house.alive {
            return self.send_on(id, at_s + self.found_out_s());
        }
        match house.knock(at_s, now) {
            Some(served_s) => {
                listener.tries = 0;
                self.later(served_s, What::Answer(id));
            }
            None => {
                // Unanswered by the system: whoever asked so often gives up.
                let again = SYN_AGAIN_S.get(usize::from(listener.tries)).copied();
                listener.tries += 1;
                if let Some(again_s) = again {
                    self.later(at_s + again_s, What::Knock(id));
                }
            }
        }
    }

    fn answer(&mut self, id: u32, at_s: f64) {
        let (now, wall) = self.moment(at_s);
        let rtt_s = self.rtt_s();
        let listener = &mut self.listeners[id as usize];
        let house = &mut self.houses[usize::from(listener.at)];
        if !house.alive {
            return self.send_on(id, at_s + self.found_out_s());
        }
        let class = if listener.resumes { Class::Resuming } else { Class::Anyone };
        let load = house.load();
        if house.admission.admit(class, listener.place, load, now) == Verdict::In {
            let cadence = house.admission.cadence(load);
            house.sit(cadence);
            let heard_s = at_s + rtt_s / 2.0;
            (listener.inside, listener.place) = (true, None);
            self.cadences[Cadence::ALL.iter().position(|one| *one == cadence).unwrap_or(0)] += 1;
            if !std::mem::replace(&mut listener.heard, true) {
                self.first_sound_s.push((heard_s - f64::from(listener.came_s)) as f32);
            } else {
                let gap_s = heard_s - f64::from(listener.cut_s);
                self.back_s.push(gap_s as f32);
                self.missed += ((gap_s - IN_HAND_S).max(0.0) / PART_S).ceil() as u64;
            }
            return;
        }
        let knows_others = !listener.sent && listener.place.is_none();
        if knows_others && self.others(self.listeners[id as usize].at).is_some() {
            return self.send_on(id, at_s);
        }
        let listener = &mut self.listeners[id as usize];
        let house = &mut self.houses[usize::from(listener.at)];
        let came = house.admission.join_line(listener.place, wall);
        listener.place = Some(came);
        let wait_s =
            house.admission.view().wait_ms(came).map_or(AGAIN_UNKNOWN_S, |wait| (wait / 1_000) as f64);
        let again_s = wait_s.clamp(AGAIN_S.0, AGAIN_S.1) + self.chance.share();
        self.later(at_s + again_s, What::Knock(id));
    }

    /// To another edge that has room, or to any that lives.
    fn send_on(&mut self, id: u32, at_s: f64) {
        let from = self.listeners[id as usize].at;
        let Some(to) = self.others(from) else { return };
        let listener = &mut self.listeners[id as usize];
        (listener.at, listener.sent, listener.tries, listener.place) = (to, true, 0, None);
        // The refusal goes back, a connection is made, the request comes.
        self.later(at_s + 2.0 * self.rtt_s(), What::Knock(id));
    }

    fn others(&mut self, from: u16) -> Option<u16> {
        let count = self.houses.len();
        let alive = |n: &usize| *n != usize::from(from) && self.houses[*n].alive;
        let in_turn = || (0..count).map(|n| (n + self.turn) % count).filter(alive);
        let to = in_turn().find(|n| self.houses[*n].free >= ROOM_MIN).or_else(|| in_turn().next());
        self.turn = to.map_or(self.turn, |to| (to + 1) % count);
        to.map(|to| to as u16)
    }

    fn second(&mut self, house: u16, at_s: f64) {
        let (now, _) = self.moment(at_s);
        let lost =
            self.lost.iter().filter(|(at, _)| at_s - f64::from(*at) < 60.0).map(|(_, count)| count).sum();
        let house = &mut self.houses[usize::from(house)];
        if house.alive {
            self.missed += house.second(lost, now);
        }
    }

    fn fall_silent(&mut self, t_s: u32) {
        let due: usize = self.order.dying.iter().filter(|(at, _)| *at == t_s).map(|(_, count)| count).sum();
        for _ in 0..due {
            let alive: Vec<usize> = (0..self.houses.len()).filter(|n| self.houses[*n].alive).collect();
            if alive.len() < 2 {
                return;
            }
            let dies = alive[self.chance.one_of(alive.len())];
            self.houses[dies].end();
            let (mut count, at_s) = (0, f64::from(t_s));
            for id in 0..self.listeners.len() {
                let listener = &mut self.listeners[id];
                if usize::from(listener.at) != dies || !listener.inside {
                    continue;
                }
                (listener.inside, listener.resumes, listener.cut_s) = (false, true, at_s as f32);
                count += 1;
                self.send_on(id as u32, at_s + self.found_out_s());
            }
            self.lost.push((t_s, count));
        }
    }
}
