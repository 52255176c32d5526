//! One hall's mix, 20 ms at a time.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::flow::{
    Ask, HallState, Late, LineId, LineReport, OnAir, Programme, Return, SeatId, Standing, Talk, TalkTime, Who,
};
use crate::level::level_below_full_db;
use crate::sound::Span;
use crate::units::{FRAME_SAMPLES, MediaTime, SampleCount};

use super::bus::add;
use super::floor::{Floor, Gate};
use super::late::{LateMix, Recipe, Take};
use super::levels::Levels;
use super::line::{Frame, Line, Origin};
use super::pick::{Offered, Pick};
use super::returns::{Returns, Scene};
use super::talk_time::Talking;

const FRAME: SampleCount = SampleCount(FRAME_SAMPLES as i64);
/// After a longer sleep of the machine the mix goes on from now; the programme fills the hole with silence.
const CATCH_UP: SampleCount = SampleCount::from_ms(1_000);
/// Louder than this, once brought to the level of all, a seat counts as a voice in the programme: above any room that is
/// brought up with its speaker.
pub const HEARD_DB: i32 = -44;
/// How often lines are reported: every 240 ms.
const REPORT_TICKS: u64 = 12;
/// As many as a stage has lines.
const COPIES_MAX: usize = 64;

type Sound = [f32; FRAME_SAMPLES];
type Frames = BTreeMap<LineId, Frame>;
/// Where a frame is on the clock of each line.
type Spans = BTreeMap<LineId, Span>;

/// What the mixer is told.
pub enum Input {
    /// Nothing but the time: call when [`Mixer::deadline`] is reached.
    Tick,
    Up {
        line: LineId,
        who: Who,
    },
    Down {
        line: LineId,
    },
    Talk(Talk),
    /// A packet that another stage passed on.
    Copy {
        who: Who,
        muted: bool,
        cue: BTreeSet<SeatId>,
        talk: Talk,
    },
    /// What a line's page asks of it; who may ask was checked.
    Asked {
        line: LineId,
        ask: Ask,
    },
    /// The hall's state from `since` on.
    State {
        state: HallState,
        since: MediaTime,
    },
    /// What is ordered of each seat; of others nothing is.
    Seats(BTreeMap<SeatId, Standing>),
    /// How far the programme runs behind what is said, and how far what is mixed again for a recording; 0: nothing is.
    Behind {
        window: SampleCount,
        late: SampleCount,
    },
}

/// What the mixer makes.
pub enum Output {
    Programme(Programme),
    Return(Return),
    Report(Vec<LineReport>),
    /// Which lines of this stage the crowd is to hear from now on: when it changes, and with each report.
    OnAir(OnAir),
    TalkTime(TalkTime),
    /// How many parts went out in which something was made up and that are still to be mixed again: when it changes, and with
    /// each report. What was mixed again comes before it.
    Lacking(usize),
    Late(Late),
}

/// Which of a voice's lines each mix hears.
#[derive(Default)]
struct Picks {
    quick: Pick,
    patient: Pick,
}

/// What the crowd hears of the seats in one frame.
struct Heard {
    sum: Sound,
    /// Each seat that can be heard, with how far it is below full scale.
    voices: Vec<(i32, SeatId)>,
    /// What is on air of each.
    seats: BTreeMap<SeatId, Sound>,
    takes: Vec<Take>,
}

impl Heard {
    fn nothing() -> Self {
        let (voices, seats, takes) = (Vec::new(), BTreeMap::new(), Vec::new());
        Self { sum: [0.0; FRAME_SAMPLES], voices, seats, takes }
    }
}

/// One hall's mix.
pub struct Mixer {
    lines: BTreeMap<LineId, Line>,
    floor: Floor,
    picks: BTreeMap<Who, Picks>,
    state: (HallState, MediaTime),
    before: (HallState, MediaTime),
    window: SampleCount,
    next_tick: MediaTime,
    ticks: u64,
    returns: Returns,
    levels: Levels,
    talking: Talking,
    on_air: OnAir,
    late: LateMix,
    lacking: usize,
    outputs: VecDeque<Output>,
}

impl Mixer {
    pub fn new(now: MediaTime, window: SampleCount) -> Self {
        Self {
            lines: BTreeMap::new(),
            floor: Floor::default(),
            picks: BTreeMap::new(),
            state: (HallState::Announced, now),
            before: (HallState::Announced, now),
            window,
            next_tick: now.frame_start() + FRAME,
            ticks: 0,
            returns: Returns::new(),
            levels: Levels::default(),
            talking: Talking::default(),
            on_air: OnAir { lines: BTreeSet::new(), window, late: SampleCount(0) },
            late: LateMix::new(),
            lacking: 0,
            outputs: VecDeque::new(),
        }
    }

    pub fn handle(&mut self, input: Input, now: MediaTime) {
        match input {
            Input::Tick => self.advance(now),
            Input::Up { line, who } => {
                let made = self.new_line(line, who, Origin::Own);
                self.lines.insert(line, made);
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
            Input::Copy { who, muted, cue, talk } => {
                if let Some(line) = self.copy_of(talk.line, who) {
                    line.muted = muted;
                    line.cue = cue;
                    line.take(talk);
                }
            }
            Input::Asked { line, ask } => {
                if let Some(line) = self.lines.get_mut(&line) {
                    line.ask(ask);
                }
            }
            Input::State { state, since } => {
                if state != self.state.0 {
                    self.before = self.state;
                    self.state = (state, since);
                }
            }
            Input::Seats(standings) => self.order_seats(standings, now),
            Input::Behind { window, late } => {
                self.window = window;
                self.late.run_behind(late);
            }
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
            self.mix_again(self.next_tick);
            self.ticks += 1;
            if self.ticks.is_multiple_of(REPORT_TICKS) {
                self.report();
            }
            self.next_tick = self.next_tick + FRAME;
        }
        self.tell_on_air();
    }

    fn mix_again(&mut self, now: MediaTime) {
        let late = self.late.make(&self.lines, now);
        self.outputs.extend(late.into_iter().map(Output::Late));
        let lacking = self.late.lacking();
        if lacking != self.lacking {
            self.lacking = lacking;
            self.outputs.push_back(Output::Lacking(lacking));
        }
    }

    /// Where it is otherwise than before.
    fn tell_on_air(&mut self) {
        let live = self.state.0 == HallState::Live;
        let own = self.lines.values().filter(|line| live && line.origin == Origin::Own && !line.muted);
        let lines = own.filter(|line| line.may_be_heard(self.ordered(&line.who))).map(|line| line.id);
        let on_air = OnAir { lines: lines.collect(), window: self.window, late: self.late.behind() };
        if on_air != self.on_air {
            self.on_air.clone_from(&on_air);
            self.outputs.push_back(Output::OnAir(on_air));
        }
    }

    fn report(&mut self) {
        let open = self.state.0.has_programme();
        let own = self.lines.values().filter(|line| line.origin == Origin::Own);
        let lines = own.map(|line| line.report(open, self.ordered(&line.who))).collect();
        self.outputs.push_back(Output::Report(lines));
        self.outputs.push_back(Output::OnAir(self.on_air.clone()));
        self.outputs.push_back(Output::Lacking(self.lacking));
    }

    fn order_seats(&mut self, standings: BTreeMap<SeatId, Standing>, now: MediaTime) {
        self.floor.order(standings, now);
        for line in self.lines.values_mut() {
            let standing = line.who.seat().map(|seat| self.floor.standing(seat)).unwrap_or_default();
            line.gate.set(!standing.barred, now);
            line.suppressed = standing.suppressed;
        }
    }

    fn new_line(&self, id: LineId, who: Who, origin: Origin) -> Line {
        let standing = self.ordered(&who);
        let mut line = Line::new(id, who, origin, Gate::new(!standing.barred));
        line.suppressed = standing.suppressed;
        line
    }

    fn ordered(&self, who: &Who) -> Standing {
        who.seat().map(|seat| self.floor.standing(seat)).unwrap_or_default()
    }

    /// The line that another stage passes on, made where it is new; `None` where there is no room, or it is one of ours.
    fn copy_of(&mut self, id: LineId, who: Who) -> Option<&mut Line> {
        let copies = self.lines.values().filter(|line| line.origin == Origin::Copy).count();
        if !self.lines.contains_key(&id) {
            if copies >= COPIES_MAX {
                return None;
            }
            let made = self.new_line(id, who, Origin::Copy);
            self.lines.insert(id, made);
        }
        self.lines.get_mut(&id).filter(|line| line.origin == Origin::Copy)
    }

    fn forget_lines(&mut self) {
        let window = self.window;
        let over = self.lines.iter().filter(|(_, line)| line.is_over(window)).map(|(&id, _)| id);
        for id in over.collect::<Vec<_>>() {
            if let Some(line) = self.lines.remove(&id) {
                self.late.keep(id, line.packets);
            }
        }
        let lines = &self.lines;
        self.picks.retain(|who, _| lines.values().any(|line| line.who == *who));
    }

    /// One line for each voice.
    fn choose(&mut self, frames: &Frames, which: fn(&mut Picks) -> &mut Pick) -> BTreeSet<LineId> {
        let mut offers: BTreeMap<&Who, Vec<Offered>> = BTreeMap::new();
        for (&id, frame) in frames {
            let line = &self.lines[&id];
            let own = line.origin != Origin::Copy;
            offers.entry(&line.who).or_default().push(Offered { line: id, own, has: frame.has });
        }
        let picks = &mut self.picks;
        let picked = offers
            .into_iter()
            .filter_map(|(who, offered)| which(picks.entry(who.clone()).or_default()).choose(&offered));
        picked.collect()
    }

    fn make_returns(&mut self, now: MediaTime) {
        let frames: Frames =
            self.lines.iter_mut().filter_map(|(&id, line)| Some((id, line.read_return(now)?))).collect();
        let chosen = self.choose(&frames, |picks| &mut picks.quick);
        self.hand_over_voices(&chosen);
        let mut scene = Scene::new();
        for (id, Frame { mut pcm, .. }) in frames {
            let Some(line) = self.lines.get_mut(&id) else { continue };
            line.fade_return(&mut pcm, chosen.contains(&id));
            if let Some(seat) = line.who.seat() {
                self.levels.newest(seat).apply(&mut pcm);
            }
            scene.add(line, &pcm);
        }
        scene.arrange(&self.floor, now);
        let made = self.returns.make(&scene, &mut self.lines, &self.floor, now);
        self.outputs.extend(made.into_iter().map(Output::Return));
    }

    /// A line that was not heard so far goes on where another of the same voice was.
    fn hand_over_voices(&mut self, chosen: &BTreeSet<LineId>) {
        let waking = chosen.iter().filter_map(|id| self.lines.get(id).filter(|line| line.is_resting()));
        let known = |one: &Line| self.lines.values().find(|line| line.who == one.who && !line.is_resting());
        let voices: Vec<_> =
            waking.filter_map(|one| known(one).map(|line| (one.id, line.voice.clone()))).collect();
        for (id, voice) in voices {
            if let Some(line) = self.lines.get_mut(&id) {
                line.voice = voice;
            }
        }
    }

    fn make_programme(&mut self, at: MediaTime) {
        let (state, since) = if at >= self.state.1.frame_start() { self.state } else { self.before };
        let Heard { sum, mut voices, seats, takes } = self.hear(at, state == HallState::Live);
        self.forget_lines();
        self.floor.forget(at);
        let told = self.talking.note(at, state.has_programme(), &seats);
        self.outputs.extend(told.map(Output::TalkTime));
        voices.sort();
        let voices = voices.into_iter().map(|(_, seat)| seat).collect();
        let since = since.part_no();
        self.late.note(Recipe { at, state, since, takes });
        self.outputs.push_back(Output::Programme(Programme { at, pcm: sum, voices, state, since }));
    }

    /// What the crowd is to hear of the seats at `at`; nothing where the hall is not `open`.
    fn hear(&mut self, at: MediaTime, open: bool) -> Heard {
        let seated = self.lines.iter_mut().filter(|(_, line)| line.who.seat().is_some());
        let read = seated.filter_map(|(&id, line)| Some((id, line.read_programme(at)?)));
        let (frames, spans): (Frames, Spans) =
            read.map(|(id, (frame, span))| ((id, frame), (id, span))).unzip();
        let chosen = self.choose(&frames, |picks| &mut picks.patient);
        let mut heard = Heard::nothing();
        self.weigh(at, &frames, &chosen);
        for (id, Frame { mut pcm, has }) in frames {
            let Some(line) = self.lines.get_mut(&id) else { continue };
            let Some(seat) = line.who.seat().cloned() else { continue };
            let open = open && chosen.contains(&id) && line.gate.lets_out(at);
            let muted = line.muted;
            let suppressed = line.suppressed;
            line.fade_programme(&mut pcm, open);
            let lift = self.levels.lift(&seat, at);
            lift.apply(&mut pcm);
            let gain = self.floor.air(&seat, at).times(self.floor.sound(&seat, at));
            gain.apply(&mut pcm);
            add(&mut heard.sum, &pcm);
            if !open || gain.is_nothing() {
                continue;
            }
            let level = -i32::from(level_below_full_db(&pcm));
            if level > HEARD_DB {
                heard.voices.push((-level, seat.clone()));
            }
            if !muted && self.late.behind().0 > 0 {
                let lines = self.lines_of(&seat, id, &spans);
                let has = has || !self.may_come(&lines);
                heard.takes.push(Take { seat: seat.clone(), lines, suppressed, lift, gain, has });
            }
            heard.seats.insert(seat, pcm);
        }
        heard
    }

    /// All lines that carry a seat, with where a frame is on each, this one first.
    fn lines_of(&self, seat: &SeatId, first: LineId, spans: &Spans) -> Vec<(LineId, Span)> {
        let of_seat = |id: &LineId| self.lines[id].who.seat() == Some(seat);
        let mut lines: Vec<(LineId, Span)> =
            spans.iter().filter(|(id, _)| of_seat(id)).map(|(&id, &span)| (id, span)).collect();
        lines.sort_by_key(|(id, _)| *id != first);
        lines
    }

    /// Whether what is not here may have been said: a line stands, or went on after that.
    fn may_come(&self, lines: &[(LineId, Span)]) -> bool {
        let stands = |(id, span): &(LineId, Span)| {
            let line = &self.lines[id];
            line.origin == Origin::Own || line.packets.after(span.from.sample()).is_some()
        };
        lines.iter().any(stands)
    }

    /// Seats off the air are weighed too: whoever comes on is as loud as the others from the first word.
    fn weigh(&mut self, at: MediaTime, frames: &Frames, chosen: &BTreeSet<LineId>) {
        for (id, frame) in frames.iter().filter(|(id, _)| chosen.contains(id)) {
            let line = &self.lines[id];
            if let Some(seat) = line.who.seat().filter(|_| !line.muted) {
                self.levels.note(seat, at, &frame.pcm, frame.has);
            }
        }
    }
}
