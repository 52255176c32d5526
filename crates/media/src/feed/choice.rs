//! Which of a hall's sources is listened to, where several send the same parts.
//!
//! Two encoders never give the same bytes, and a decoder that changes between them is heard: so one source is stayed
//! with, and left only when it broke, left a part out, or lets one wait that another has had for a while. Then the
//! other is stayed with. Out come parts in the order of their numbers, each once.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use crate::flow::Part;
use crate::units::PartNo;

use super::window::KEPT_PARTS;

/// How long a part that another source has is waited for: a player has a second in hand.
const PATIENCE: Duration = Duration::from_millis(250);
/// Sources whose first parts are so close go back equally far; all who begin then begin with the same one.
const CLOSE_PARTS: u64 = 4;

pub enum Input {
    /// Nothing but the time: call when [`Choice::deadline`] is reached.
    Timeout,
    /// The sources there are; others are forgotten.
    Sources(Vec<String>),
    Part(String, Part),
    /// A source's connection ended.
    Broke(String),
}

/// One source since it was last connected.
#[derive(Default)]
struct Source {
    first: Option<PartNo>,
    passed: Option<PartNo>,
    /// What it sent and nobody needed yet, and when that came.
    waiting: BTreeMap<PartNo, (Instant, Part)>,
}

#[derive(Default)]
pub struct Choice {
    sources: BTreeMap<String, Source>,
    active: Option<String>,
    next: Option<PartNo>,
    began: Option<Instant>,
    wake: Option<Instant>,
    changes: u64,
    outputs: VecDeque<Part>,
}

impl Choice {
    pub fn handle(&mut self, input: Input, now: Instant) {
        match input {
            Input::Timeout => {}
            Input::Sources(names) => {
                self.sources.retain(|name, _| names.contains(name));
                for name in names {
                    self.sources.entry(name).or_default();
                }
                if !self.active.as_ref().is_some_and(|name| self.sources.contains_key(name)) {
                    self.active = self.furthest();
                }
            }
            Input::Part(name, part) => self.keep(&name, part, now),
            Input::Broke(name) => {
                if let Some(source) = self.sources.get_mut(&name) {
                    *source = Source::default();
                }
                if self.active.as_ref() == Some(&name)
                    && let Some(other) = self.furthest()
                {
                    self.change(other);
                }
            }
        }
        self.advance(now);
    }

    pub fn poll(&mut self) -> Option<Part> {
        self.outputs.pop_front()
    }

    pub fn deadline(&self) -> Option<Instant> {
        self.wake
    }

    /// The source that is listened to.
    pub fn active(&self) -> Option<&str> {
        self.active.as_deref()
    }

    /// How often the source changed.
    pub fn changes(&self) -> u64 {
        self.changes
    }

    fn change(&mut self, name: String) {
        self.active = Some(name);
        self.changes += 1;
    }

    fn keep(&mut self, name: &str, part: Part, now: Instant) {
        let Some(source) = self.sources.get_mut(name) else { return };
        source.first.get_or_insert(part.no);
        source.passed = source.passed.max(Some(part.no));
        if self.next.is_none_or(|next| part.no >= next) {
            source.waiting.entry(part.no).or_insert((now, part));
        }
        while source.waiting.len() as u64 > KEPT_PARTS {
            source.waiting.pop_first();
        }
    }

    /// Whoever is connected and has sent the newest part.
    fn furthest(&self) -> Option<String> {
        let connected = self.sources.iter().filter(|(_, source)| source.passed.is_some());
        connected.max_by_key(|(_, source)| source.passed).map(|(name, _)| name.clone())
    }

    fn advance(&mut self, now: Instant) {
        self.wake = None;
        if self.next.is_none() {
            self.begin(now);
        }
        while let Some(next) = self.next {
            if self.take(next) {
                continue;
            }
            let step = self.other_with(next, now).or_else(|| self.hole_after(next, now));
            match step {
                None => return,
                Some(Step::Wait(until)) => {
                    self.wake = Some(until);
                    return;
                }
                Some(Step::Change(name)) => self.change(name),
                Some(Step::Leap(to)) => self.next = Some(to),
            }
        }
    }

    /// Begin with whoever goes back furthest: a stage that has just been started has the least.
    fn begin(&mut self, now: Instant) {
        let began = match (self.began, self.furthest()) {
            (Some(began), _) => began,
            (None, Some(_)) => *self.began.insert(now),
            (None, None) => return,
        };
        let all = self.sources.values().all(|source| source.first.is_some());
        if !all && now < began + PATIENCE {
            self.wake = Some(began + PATIENCE);
            return;
        }
        let begun = || self.sources.iter().filter_map(|(name, source)| Some((source.first?, name)));
        let Some((least, _)) = begun().min() else { return };
        if let Some((first, name)) = begun().find(|(first, _)| first.0 <= least.0 + CLOSE_PARTS) {
            self.active = Some(name.clone());
            self.next = Some(first);
        }
    }

    /// Hand on the part of this number, if the source that is listened to has it.
    fn take(&mut self, next: PartNo) -> bool {
        let source = self.active.as_ref().and_then(|name| self.sources.get_mut(name));
        let Some((_, part)) = source.and_then(|source| source.waiting.remove(&next)) else { return false };
        self.outputs.push_back(part);
        self.next = Some(next.next());
        for source in self.sources.values_mut() {
            source.waiting = source.waiting.split_off(&next.next());
        }
        true
    }

    /// Another source has the part: change to it now, or wait for the one that is listened to.
    fn other_with(&self, next: PartNo, now: Instant) -> Option<Step> {
        let having =
            self.sources.iter().filter_map(|(name, source)| Some((source.waiting.get(&next)?.0, name)));
        let (came, name) = having.min()?;
        let active = self.active.as_ref().and_then(|name| self.sources.get(name));
        let left_out = active.and_then(|source| source.passed).is_some_and(|passed| passed > next);
        let due = came + PATIENCE;
        let change = left_out || active.is_none() || now >= due;
        Some(if change { Step::Change(name.clone()) } else { Step::Wait(due) })
    }

    /// Nobody has the part: go on after the hole once nobody can have it, or it was waited for.
    fn hole_after(&self, next: PartNo, now: Instant) -> Option<Step> {
        let after = self.sources.values().filter_map(|source| source.waiting.first_key_value());
        let (&to, _) = after.clone().min_by_key(|(no, _)| **no)?;
        let came = after.map(|(_, (came, _))| *came).min()?;
        let passed = |source: &Source| source.passed.is_none_or(|passed| passed > next);
        let due = came + PATIENCE;
        let leap = self.sources.values().all(passed) || now >= due;
        Some(if leap { Step::Leap(to) } else { Step::Wait(due) })
    }
}

enum Step {
    Wait(Instant),
    Change(String),
    Leap(PartNo),
}
