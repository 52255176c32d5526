//! One hall's mix, 20 ms at a time.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use crate::codec::{Encoder, Quality};
use crate::flow::{HallState, LineId, LineReport, Programme, Return, SeatId, Talk};
use crate::level::level_below_full_db;
use crate::units::{FRAME_SAMPLES, MediaTime, SampleCount};

use super::bus::{Limiter, add, subtract};
use super::gate::Gate;
use super::line::Line;

const FRAME: SampleCount = SampleCount(FRAME_SAMPLES as i64);
/// After a longer sleep of the machine the mix goes on from now; the programme fills the hole with silence.
const CATCH_UP: SampleCount = SampleCount::from_ms(1_000);
/// Louder than this, a line counts as a voice in the programme.
const HEARD_DB: i32 = -50;
/// How often lines are reported: every 240 ms.
const REPORT_TICKS: u64 = 12;

/// What the mixer is told.
pub enum Input {
    /// Nothing but the time: call when [`Mixer::deadline`] is reached.
    Tick,
    Up { line: LineId, seat: SeatId },
    Down { line: LineId },
    Talk(Talk),
    Muted { line: LineId, muted: bool },
    /// The hall's state from `since` on.
    State { state: HallState, since: MediaTime },
    /// Seats that may not be heard by the crowd; all others may.
    Barred(BTreeSet<SeatId>),
    /// How far the programme runs behind.
    Window(SampleCount),
}

/// What the mixer makes.
pub enum Output {
    Programme(Programme),
    Return(Return),
    Report(Vec<LineReport>),
}

/// One hall's mix.
pub struct Mixer {
    lines: BTreeMap<LineId, Line>,
    barred: BTreeSet<SeatId>,
    state: (HallState, MediaTime),
    before: HallState,
    window: SampleCount,
    next_tick: MediaTime,
    ticks: u64,
    shared: Encoder,
    limiters: (Limiter, Limiter),
    returned: u32,
    outputs: VecDeque<Output>,
}

impl Mixer {
    pub fn new(now: MediaTime, window: SampleCount) -> Self {
        Self {
            lines: BTreeMap::new(),
            barred: BTreeSet::new(),
            state: (HallState::Announced, now),
            before: HallState::Announced,
            window,
            next_tick: now.frame_start() + FRAME,
            ticks: 0,
            shared: Encoder::new(Quality::Return),
            limiters: (Limiter::new(), Limiter::new()),
            returned: 0,
            outputs: VecDeque::new(),
        }
    }

    pub fn handle(&mut self, input: Input, now: MediaTime) {
        match input {
            Input::Tick => self.advance(now),
            Input::Up { line, seat } => {
                let gate = Gate::new(!self.barred.contains(&seat));
                self.lines.insert(line, Line::new(line, seat, gate));
            }
            Input::Down { line } => {
                self.lines.remove(&line);
            }
            Input::Talk(talk) => {
                if let Some(line) = self.lines.get_mut(&talk.line) {
                    line.take(talk);
                }
            }
            Input::Muted { line, muted } => {
                if let Some(line) = self.lines.get_mut(&line) {
                    line.muted = muted;
                }
            }
            Input::State { state, since } => {
                if state != self.state.0 {
                    self.before = self.state.0;
                    self.state = (state, since);
                }
            }
            Input::Barred(seats) => {
                self.lines.values_mut().for_each(|line| line.gate.set(!seats.contains(&line.seat), now));
                self.barred = seats;
            }
            Input::Window(window) => self.window = window,
        }
    }

    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When the next 20 ms are due.
    pub fn deadline(&self) -> MediaTime {
        self.next_tick
    }

    fn advance(&mut self, now: MediaTime) {
        if now - self.next_tick > CATCH_UP {
            self.next_tick = now.frame_start();
        }
        while self.next_tick <= now {
            self.make_returns(self.next_tick);
            self.make_programme((self.next_tick - self.window).frame_start());
            self.ticks += 1;
            if self.ticks.is_multiple_of(REPORT_TICKS) {
                let open = self.state.0.has_programme();
                let lines = self.lines.values().map(|line| line.report(open)).collect();
                self.outputs.push_back(Output::Report(lines));
            }
            self.next_tick = self.next_tick + FRAME;
        }
    }

    fn make_returns(&mut self, now: MediaTime) {
        let mut sum = [0.0; FRAME_SAMPLES];
        let mut contributions = Vec::with_capacity(self.lines.len());
        for line in self.lines.values_mut() {
            let pcm = line.read_return(now);
            if let Some(pcm) = &pcm {
                add(&mut sum, pcm);
            }
            contributions.push(pcm.filter(|_| line.voice.in_return()));
        }
        let mut everyone = sum;
        self.limiters.0.apply(&mut everyone);
        let joins_shared = self.lines.values().zip(&contributions);
        let stand_alone = joins_shared.into_iter().any(|(line, own)| line.was_own && own.is_none());
        self.shared.stand_alone(stand_alone);
        let shared: Arc<[u8]> = self.shared.encode(&everyone).into();
        for (line, contribution) in self.lines.values_mut().zip(contributions) {
            let payload = match contribution {
                Some(own) => {
                    let mut others = sum;
                    subtract(&mut others, &own);
                    others.iter_mut().for_each(|x| *x = x.clamp(-1.0, 1.0));
                    line.encode_own(&others).into()
                }
                None => {
                    line.was_own = false;
                    shared.clone()
                }
            };
            let rtp_time = self.returned;
            self.outputs.push_back(Output::Return(Return { line: line.id, rtp_time, payload }));
        }
        self.returned = self.returned.wrapping_add(FRAME_SAMPLES as u32);
    }

    fn make_programme(&mut self, at: MediaTime) {
        let (state, since) = if at >= self.state.1.frame_start() {
            self.state
        } else {
            (self.before, self.state.1)
        };
        let mut pcm = [0.0; FRAME_SAMPLES];
        let mut voices: Vec<(i32, SeatId)> = Vec::new();
        for line in self.lines.values_mut() {
            let open = state == HallState::Live && line.gate.lets_out(at);
            if let Some(own) = line.read_programme(at, open) {
                add(&mut pcm, &own);
                let level = -i32::from(level_below_full_db(&own));
                if open && level > HEARD_DB {
                    voices.push((-level, line.seat.clone()));
                }
            }
        }
        if !state.has_programme() {
            return;
        }
        self.limiters.1.apply(&mut pcm);
        voices.sort();
        let voices = voices.into_iter().map(|(_, seat)| seat).collect();
        let since = since.part_no();
        self.outputs.push_back(Output::Programme(Programme { at, pcm, voices, state, since }));
    }
}
