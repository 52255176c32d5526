//! The place in line: who came when there was no room, as counts by the time they came. Nobody in it is known.
//!
//! Whoever waits keeps their own signed time of arrival and shows it again. The line tells up to which arrival it
//! admits, and counts those it has called until they come or are not waited for any more.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::units::WallMs;

/// Arrivals are counted together by so many milliseconds.
const STEP_MS: i64 = 10;
/// As many counts are kept; who comes later shares the last one's.
const STEPS_MAX: usize = 20_000;
/// Whoever was called comes within this time, or somebody else is called.
const COMES_WITHIN: Duration = Duration::from_secs(15);
/// Over so long it is seen how fast the line moves.
const PACE_OVER: Duration = Duration::from_secs(10);

/// What whoever waits may know.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct LineView {
    pub waiting: usize,
    /// Whoever came before this is let in; all, where nobody waits.
    pub upto: WallMs,
    /// Milliseconds of arrivals that are let in per millisecond; none where that cannot be told.
    pub pace: Option<f64>,
}

impl LineView {
    /// How long somebody waits who came then, in milliseconds; none where that cannot be told.
    pub fn wait_ms(&self, came: WallMs) -> Option<i64> {
        let before = (came.0 - self.upto.0).max(0) as f64;
        self.pace.filter(|pace| *pace > 0.0).map(|pace| (before / pace) as i64)
    }
}

#[derive(Default)]
pub struct Line {
    /// When they came, and how many.
    waiting: VecDeque<(i64, u32)>,
    count: usize,
    upto: i64,
    called: VecDeque<(Instant, usize)>,
    paces: VecDeque<(Instant, i64)>,
}

impl Line {
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Join at the end: the time of arrival to come back with.
    pub fn join(&mut self, now: WallMs) -> WallMs {
        let step = now.0.div_euclid(STEP_MS) * STEP_MS;
        let newest = self.waiting.back().map_or(i64::MIN, |(at, _)| *at);
        // A clock that was set back lets nobody in before those who wait.
        let at = step.max(newest).max(self.upto);
        if self.waiting.is_empty() {
            self.upto = at;
            // How it moved when others stood here says nothing.
            self.paces.clear();
        }
        let is_long = self.waiting.len() >= STEPS_MAX;
        match self.waiting.back_mut() {
            Some((last, count)) if *last == at || is_long => *count += 1,
            _ => self.waiting.push_back((at, 1)),
        }
        self.count += 1;
        WallMs(now.0.clamp(at, at + STEP_MS - 1))
    }

    /// Whether it is the turn of somebody who came then.
    pub fn calls(&self, came: WallMs) -> bool {
        self.waiting.is_empty() || came.0 < self.upto
    }

    /// Somebody who was called has come.
    pub fn came(&mut self) {
        if let Some((_, count)) = self.called.iter_mut().find(|(_, count)| *count > 0) {
            *count -= 1;
        }
    }

    /// Those who were called and are still waited for.
    pub fn called(&self, now: Instant) -> usize {
        let lately = self.called.iter().filter(|(at, _)| now < *at + COMES_WITHIN);
        lately.map(|(_, count)| count).sum()
    }

    /// Call as many as there is room for besides those who are on their way.
    pub fn advance(&mut self, room: usize, now: Instant) {
        while self.called.front().is_some_and(|(at, _)| now >= *at + COMES_WITHIN) {
            self.called.pop_front();
        }
        let mut left = room.saturating_sub(self.called(now));
        let before = self.count;
        while left > 0
            && let Some((at, count)) = self.waiting.front_mut()
        {
            let calls = left.min(*count as usize);
            // Of those who came together, the share that has room.
            let step = (STEP_MS - (self.upto - *at).clamp(0, STEP_MS)) as f64;
            self.upto = self.upto.max(*at) + (step * calls as f64 / f64::from(*count)).ceil() as i64;
            *count -= calls as u32;
            left -= calls;
            self.count -= calls;
            if *count == 0 {
                self.upto = *at + STEP_MS;
                self.waiting.pop_front();
            }
        }
        if self.count < before {
            self.called.push_back((now, before - self.count));
        }
        self.paces.push_back((now, self.upto));
        while self.paces.len() > 2 && self.paces[1].0 + PACE_OVER <= now {
            self.paces.pop_front();
        }
    }

    pub fn view(&self) -> LineView {
        let pace = self.paces.front().zip(self.paces.back()).and_then(|((from, first), (to, last))| {
            let passed = (*to - *from).as_millis() as f64;
            (passed >= 1_000.0 && first < last).then(|| (last - first) as f64 / passed)
        });
        LineView { waiting: self.count, upto: WallMs(self.upto), pace }
    }
}
