//! Who listens to which hall: the last parts, the listeners in groups, and what each group is handed next.
//!
//! For a cadence of n parts there are n groups, of which each part is one's turn. A turn is one run of bytes, the
//! same for all of the group; nothing here is per listener but its place in a list.

use std::collections::HashMap;

use bytes::{Bytes, BytesMut};

use crate::feed::{Framed, Window};
use crate::flow::{HallId, Part};
use crate::units::PartNo;

use super::ConnId;
use super::cadence::Cadence;

/// More parts than this are not joined into one answer: who catches up has the rest one by one.
const JOINED_PARTS_MAX: usize = 48;

/// Parts on their way to a group of listeners: hand `bytes` to everyone that [`super::Door::next`] names.
#[derive(Debug)]
pub struct Sweep {
    pub bytes: Bytes,
    pub(super) hall: usize,
    pub(super) group: usize,
    /// Whose turn is next: who came first is served first, whatever comes in at the door.
    pub(super) place: usize,
    pub(super) run: Run,
}

impl Sweep {
    /// How many bytes a listener may still owe us thanks for when this goes out: what went out half a second ago has
    /// come to the other side of the world and back.
    pub fn unthanked(&self) -> usize {
        if self.run.first == self.run.last { 2 * self.bytes.len() } else { 0 }
    }
}

/// Parts end to end: the first and the last, and the one before, which is handed out already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    pub after: Option<PartNo>,
    pub first: PartNo,
    pub last: PartNo,
}

impl Run {
    /// Whether all of it is news, and nothing before it is owed, to who needs `next`.
    pub fn fits(&self, next: PartNo) -> bool {
        next <= self.first && self.after.is_none_or(|after| next > after)
    }
}

/// What a newcomer is told first.
#[derive(Debug, Clone)]
pub(super) struct Welcome {
    pub bytes: Bytes,
    pub next: PartNo,
}

struct Group {
    cadence: Cadence,
    /// Its turn is when a number leaves so much, divided by its cadence.
    phase: u64,
    listeners: Vec<ConnId>,
    handed: Option<PartNo>,
}

impl Group {
    /// Whether its turn was or is, among the parts after `before` up to `no`.
    fn is_due(&self, before: Option<PartNo>, no: PartNo) -> bool {
        let since = (no.0 + self.cadence.parts() - self.phase) % self.cadence.parts();
        before.is_none_or(|before| no.0 - since > before.0)
    }
}

pub(super) struct Hall {
    pub window: Window,
    groups: Vec<Group>,
    /// By their first part and cadence, as long as no new part comes: at the door, thousands are told the same.
    welcomes: HashMap<(PartNo, Cadence), Welcome>,
}

impl Hall {
    /// With groups for this cadence, and all slower ones.
    pub fn new(quickest: Cadence) -> Self {
        let of = |cadence: Cadence| (0..cadence.parts()).map(move |phase| (cadence, phase));
        let groups = Cadence::ALL.into_iter().filter(|cadence| *cadence >= quickest).flat_map(of);
        let groups =
            groups.map(|(cadence, phase)| Group { cadence, phase, listeners: Vec::new(), handed: None });
        Self { window: Window::default(), groups: groups.collect(), welcomes: HashMap::new() }
    }

    /// Keep a part; the groups whose turn it is, and what they are handed.
    pub fn push(&mut self, number: usize, part: &Part) -> Vec<Sweep> {
        let before = self.window.newest();
        let new = self.window.push(part);
        self.welcomes.clear();
        if !new || before.is_some_and(|before| before > part.no) {
            return Vec::new();
        }
        // The turns of parts that never came are taken now.
        let due = |group: &usize| self.groups[*group].is_due(before, part.no);
        let turns: Vec<usize> = (0..self.groups.len()).filter(due).collect();
        turns.into_iter().filter_map(|group| self.turn(number, group, part.no)).collect()
    }

    /// Keep what was kept elsewhere. It is nobody's turn by it: whoever waits is owed it.
    pub fn fill(&mut self, parts: &[Part]) {
        for part in parts {
            self.window.push(part);
        }
        self.welcomes.clear();
        let newest = self.window.newest();
        self.groups.iter_mut().for_each(|group| group.handed = newest);
    }

    fn turn(&mut self, hall: usize, group: usize, last: PartNo) -> Option<Sweep> {
        let cadence = self.groups[group].cadence.parts();
        let after = self.groups[group].handed.replace(last);
        let from = after.map_or(last.back(cadence - 1), PartNo::next);
        let first = self.window.at_or_after(from)?.no;
        let run = Run { after, first, last };
        let anyone = !self.groups[group].listeners.is_empty();
        anyone.then(|| Sweep { bytes: self.joined(first), hall, group, place: 0, run })
    }

    /// Everything from `first` to the newest, as one: for one part the window's own bytes.
    fn joined(&self, first: PartNo) -> Bytes {
        let mut parts = self.window.from(first);
        match (parts.next(), parts.next()) {
            (Some(one), None) => one.chunk.clone(),
            _ => self.window.from(first).fold(BytesMut::new(), with_chunk).freeze(),
        }
    }

    /// What a newcomer is told who begins with `first`; `head` makes it anew where nobody was told it before.
    pub fn welcome(&mut self, first: PartNo, cadence: Cadence, head: impl FnOnce() -> Vec<u8>) -> Welcome {
        if let Some(welcome) = self.welcomes.get(&(first, cadence)) {
            return welcome.clone();
        }
        let joined = || self.window.from(first).take(JOINED_PARTS_MAX);
        let next = joined().last().map_or(first, |part| part.no.next());
        let bytes = joined().fold(BytesMut::from(&head()[..]), with_chunk).freeze();
        let welcome = Welcome { bytes, next };
        self.welcomes.insert((first, cadence), welcome.clone());
        welcome
    }

    /// Take a place in the smallest group of this cadence: its number and the place in it.
    pub fn sit(&mut self, id: ConnId, cadence: Cadence) -> (usize, usize) {
        let of_it = self.groups.iter().enumerate().filter(|(_, group)| group.cadence == cadence);
        let group = of_it.min_by_key(|(_, group)| group.listeners.len()).map_or(0, |(group, _)| group);
        let listeners = &mut self.groups[group].listeners;
        listeners.push(id);
        (group, listeners.len() - 1)
    }

    /// Leave a place; gives who sits there now.
    pub fn leave(&mut self, group: usize, place: usize) -> Option<ConnId> {
        let listeners = &mut self.groups[group].listeners;
        listeners.swap_remove(place);
        listeners.get(place).copied()
    }

    pub fn at(&self, group: usize, place: usize) -> Option<ConnId> {
        self.groups[group].listeners.get(place).copied()
    }

    pub fn listeners(&self) -> impl Iterator<Item = ConnId> + '_ {
        self.groups.iter().flat_map(|group| group.listeners.iter().copied())
    }

    pub fn count(&self) -> usize {
        self.groups.iter().map(|group| group.listeners.len()).sum()
    }
}

fn with_chunk(mut joined: BytesMut, part: &Framed) -> BytesMut {
    joined.extend_from_slice(&part.chunk);
    joined
}

/// All halls: by their names, and by numbers that stay theirs while they are here.
#[derive(Default)]
pub(super) struct Halls {
    numbers: HashMap<HallId, usize>,
    halls: Vec<Option<Hall>>,
}

impl Halls {
    pub fn number(&self, hall: &HallId) -> Option<usize> {
        self.numbers.get(hall).copied()
    }

    pub fn named(&self, hall: &HallId) -> Option<&Hall> {
        self.get(self.number(hall)?)
    }

    pub fn get(&self, number: usize) -> Option<&Hall> {
        self.halls.get(number)?.as_ref()
    }

    pub fn get_mut(&mut self, number: usize) -> Option<&mut Hall> {
        self.halls.get_mut(number)?.as_mut()
    }

    /// Keep these and no others; gives who listened to the others.
    pub fn keep(&mut self, wanted: &[HallId], cadence: Cadence) -> Vec<ConnId> {
        let ended: Vec<HallId> = self.numbers.keys().filter(|hall| !wanted.contains(hall)).cloned().collect();
        let numbers = ended.iter().filter_map(|hall| self.numbers.remove(hall));
        let gone: Vec<Hall> = numbers.filter_map(|number| self.halls[number].take()).collect();
        for hall in wanted {
            if !self.numbers.contains_key(hall) {
                let free = self.halls.iter().position(Option::is_none).unwrap_or(self.halls.len());
                self.halls.resize_with(self.halls.len().max(free + 1), || None);
                self.halls[free] = Some(Hall::new(cadence));
                self.numbers.insert(hall.clone(), free);
            }
        }
        gone.iter().flat_map(Hall::listeners).collect()
    }
}
