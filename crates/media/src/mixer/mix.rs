//! One hall's mix, 20 ms at a time.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use crate::codec::{Encoder, Quality};
use crate::flow::{HallState, LineId, LineReport, Programme, Return, SeatId, Talk};
use crate::level::level_below_full_db;
use crate::units::{FRAME_SAMPLES, MediaTime, SampleCount};

use super::bus::{Limiter, add, subtract};
use super::gate::Gate;
use super::line::{Frame, Line, Origin};
use super::pick::{Offered, Pick};

const FRAME: SampleCount = SampleCount(FRAME_SAMPLES as i64);
/// After a longer sleep of the machine the mix goes on from now; the programme fills the hole with silence.
const CATCH_UP: SampleCount = SampleCount::from_ms(1_000);
/// Louder than this, a line counts as a voice in the programme.
const HEARD_DB: i32 = -50;
/// How often lines are reported: every 240 ms.
const REPORT_TICKS: u64 = 12;
/// As many as a stage has lines.
const COPIES_MAX: usize = 64;

type Sound = [f32; FRAME_SAMPLES];
type Frames = BTreeMap<LineId, Frame>;

/// What the mixer is told.
pub enum Input {
    /// Nothing but the time: call when [`Mixer::deadline`] is reached.
    Tick,
    Up {
        line: LineId,
        seat: SeatId,
    },
    Down {
        line: LineId,
    },
    Talk(Talk),
    /// A packet that another stage passed on.
    Copy {
        seat: SeatId,
        muted: bool,
        talk: Talk,
    },
    Muted {
        line: LineId,
        muted: bool,
    },
    /// The hall's state from `since` on.
    State {
        state: HallState,
        since: MediaTime,
    },
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

/// Which of a seat's lines each mix hears.
#[derive(Default)]
struct Picks {
    quick: Pick,
    patient: Pick,
}

/// One hall's mix.
pub struct Mixer {
    lines: BTreeMap<LineId, Line>,
    barred: BTreeSet<SeatId>,
    seats: BTreeMap<SeatId, Picks>,
    state: (HallState, MediaTime),
    before: (HallState, MediaTime),
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
            seats: BTreeMap::new(),
            state: (HallState::Announced, now),
            before: (HallState::Announced, now),
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
                self.lines.insert(line, Line::new(line, seat, Origin::Own, gate));
            }
            Input::Down { line } => {
                if let Some(line) = self.lines.get_mut(&line) {
                    line.origin = Origin::Gone;
                }
            }
            Input::Talk(talk) => {
                if let Some(line) = self.lines.get_mut(&talk.line) {
                    line.take(talk);
                }
            }
            Input::Copy { seat, muted, talk } => self.take_copy(seat, muted, talk),
            Input::Muted { line, muted } => {
                if let Some(line) = self.lines.get_mut(&line) {
                    line.muted = muted;
                }
            }
            Input::State { state, since } => {
                if state != self.state.0 {
                    self.before = self.state;
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
                let own = self.lines.values().filter(|line| line.origin == Origin::Own);
                let lines = own.map(|line| line.report(open)).collect();
                self.outputs.push_back(Output::Report(lines));
            }
            self.next_tick = self.next_tick + FRAME;
        }
    }

    fn take_copy(&mut self, seat: SeatId, muted: bool, talk: Talk) {
        let copies = self.lines.values().filter(|line| line.origin == Origin::Copy).count();
        if copies >= COPIES_MAX && !self.lines.contains_key(&talk.line) {
            return;
        }
        let gate = Gate::new(!self.barred.contains(&seat));
        let line =
            self.lines.entry(talk.line).or_insert_with(|| Line::new(talk.line, seat, Origin::Copy, gate));
        if line.origin == Origin::Copy {
            line.muted = muted;
            line.take(talk);
        }
    }

    fn forget_lines(&mut self) {
        let window = self.window;
        self.lines.retain(|_, line| !line.is_over(window));
        let lines = &self.lines;
        self.seats.retain(|seat, _| lines.values().any(|line| line.seat == *seat));
    }

    /// One line for each seat.
    fn choose(&mut self, frames: &Frames, which: fn(&mut Picks) -> &mut Pick) -> BTreeSet<LineId> {
        let mut offers: BTreeMap<&SeatId, Vec<Offered>> = BTreeMap::new();
        for (&id, frame) in frames {
            let line = &self.lines[&id];
            let own = line.origin != Origin::Copy;
            offers.entry(&line.seat).or_default().push(Offered { line: id, own, has: frame.has });
        }
        let seats = &mut self.seats;
        let picked = offers
            .into_iter()
            .filter_map(|(seat, offered)| which(seats.entry(seat.clone()).or_default()).choose(&offered));
        picked.collect()
    }

    fn make_returns(&mut self, now: MediaTime) {
        let frames: Frames =
            self.lines.iter_mut().filter_map(|(&id, line)| Some((id, line.read_return(now)?))).collect();
        let chosen = self.choose(&frames, |picks| &mut picks.quick);
        let mut sum = [0.0; FRAME_SAMPLES];
        let mut seats: BTreeMap<SeatId, (Sound, bool)> = BTreeMap::new();
        for (id, Frame { mut pcm, .. }) in frames {
            let Some(line) = self.lines.get_mut(&id) else { continue };
            line.fade_return(&mut pcm, chosen.contains(&id));
            add(&mut sum, &pcm);
            let (own, speaks) = seats.entry(line.seat.clone()).or_insert(([0.0; FRAME_SAMPLES], false));
            add(own, &pcm);
            *speaks |= line.voice.in_return();
        }
        self.encode_returns(&sum, &seats);
        self.returned = self.returned.wrapping_add(FRAME_SAMPLES as u32);
    }

    /// A return for each line of this stage: everyone without its seat, shared by those who are silent.
    fn encode_returns(&mut self, sum: &Sound, seats: &BTreeMap<SeatId, (Sound, bool)>) {
        let own = |line: &Line| seats.get(&line.seat).filter(|(_, speaks)| *speaks).map(|(pcm, _)| pcm);
        let mut everyone = *sum;
        self.limiters.0.apply(&mut everyone);
        let up = || self.lines.values().filter(|line| line.origin == Origin::Own);
        self.shared.stand_alone(up().any(|line| line.was_own && own(line).is_none()));
        let shared: Arc<[u8]> = self.shared.encode(&everyone).into();
        for line in self.lines.values_mut().filter(|line| line.origin == Origin::Own) {
            let payload = match own(line) {
                Some(own) => {
                    let mut others = *sum;
                    subtract(&mut others, own);
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
    }

    fn make_programme(&mut self, at: MediaTime) {
        let (state, since) = if at >= self.state.1.frame_start() { self.state } else { self.before };
        let frames: Frames =
            self.lines.iter_mut().filter_map(|(&id, line)| Some((id, line.read_programme(at)?))).collect();
        let chosen = self.choose(&frames, |picks| &mut picks.patient);
        let open = state == HallState::Live;
        let mut sum = [0.0; FRAME_SAMPLES];
        let mut voices: Vec<(i32, SeatId)> = Vec::new();
        for (id, Frame { mut pcm, .. }) in frames {
            let Some(line) = self.lines.get_mut(&id) else { continue };
            let open = open && line.gate.lets_out(at);
            let chosen = chosen.contains(&id);
            line.fade_programme(&mut pcm, open && chosen);
            add(&mut sum, &pcm);
            let level = -i32::from(level_below_full_db(&pcm));
            if open && chosen && level > HEARD_DB {
                voices.push((-level, line.seat.clone()));
            }
        }
        self.forget_lines();
        self.limiters.1.apply(&mut sum);
        voices.sort();
        let voices = voices.into_iter().map(|(_, seat)| seat).collect();
        let since = since.part_no();
        self.outputs.push_back(Output::Programme(Programme { at, pcm: sum, voices, state, since }));
    }
}
