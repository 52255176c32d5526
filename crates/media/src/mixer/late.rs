//! The programme once more, some time later, for the recording: by then what had been lost may have come.
//!
//! Of each frame it is noted how it was mixed: which lines, from where on their clocks, how loud. Only parts that lacked
//! something are made again, with the part before them, so that decoders and encoders come to the state that they were in.
//! Nothing is decided anew but from which of a seat's lines a frame is read.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::flow::{HallState, Late, LineId, Programme, SeatId};
use crate::level::level_below_full_db;
use crate::sound::{Span, Suppressor};
use crate::units::{FRAME_SAMPLES, MediaTime, PartNo, SampleCount};

use super::bus::{add, soften};
use super::floor::Gain;
use super::levels::Lift;
use super::line::{Decoding, Line, Packets, Reader};
use super::mix::HEARD_DB;

const FRAME: SampleCount = SampleCount(FRAME_SAMPLES as i64);
/// As many frames are made again in one tick where the time has leapt.
const FRAMES_MAX: usize = 4;

/// What one seat gave to a frame.
pub struct Take {
    pub seat: SeatId,
    /// The line it was heard from, then others that carry the seat, and where the frame is on the clock of each.
    pub lines: Vec<(LineId, Span)>,
    /// The noise around it was taken out.
    pub suppressed: bool,
    /// What brought it to the level of all.
    pub lift: Lift,
    /// As it was ordered.
    pub gain: Gain,
    /// It was what was said, not what was made up.
    pub has: bool,
}

/// How a frame was mixed.
pub struct Recipe {
    pub at: MediaTime,
    pub state: HallState,
    pub since: PartNo,
    pub takes: Vec<Take>,
}

pub struct LateMix {
    behind: SampleCount,
    recipes: VecDeque<Recipe>,
    lacking: BTreeSet<PartNo>,
    /// What lines that are gone had sent.
    gone: BTreeMap<LineId, Packets>,
    readers: BTreeMap<SeatId, (LineId, Reader, Suppressor)>,
    /// Seats in the frame before, where that was made again.
    before: Option<BTreeSet<SeatId>>,
}

impl LateMix {
    /// Nothing is made again before it is told how far behind.
    pub fn new() -> Self {
        Self {
            behind: SampleCount(0),
            recipes: VecDeque::new(),
            lacking: BTreeSet::new(),
            gone: BTreeMap::new(),
            readers: BTreeMap::new(),
            before: None,
        }
    }

    /// How far behind what is said the programme is made again; 0: never.
    pub fn run_behind(&mut self, behind: SampleCount) {
        if behind.0 == 0 {
            *self = Self::new();
        }
        self.behind = behind;
    }

    pub fn behind(&self) -> SampleCount {
        self.behind
    }

    /// How many parts that lacked something are still to be made again.
    pub fn lacking(&self) -> usize {
        self.lacking.len()
    }

    /// Note how a frame was mixed.
    pub fn note(&mut self, recipe: Recipe) {
        if self.behind.0 == 0 {
            return;
        }
        if recipe.takes.iter().any(|take| !take.has) {
            self.lacking.insert(recipe.at.part_no());
        }
        self.recipes.push_back(recipe);
    }

    /// A line is gone; what it had sent is kept for as long as it may be wanted.
    pub fn keep(&mut self, line: LineId, packets: Packets) {
        if self.behind.0 > 0 {
            self.gone.insert(line, packets);
        }
    }

    /// What is due of it at `now`.
    pub fn make(&mut self, lines: &BTreeMap<LineId, Line>, now: MediaTime) -> Vec<Late> {
        let due = now - self.behind;
        let mut made = Vec::new();
        while made.len() < FRAMES_MAX && self.recipes.front().is_some_and(|recipe| recipe.at <= due) {
            let Some(recipe) = self.recipes.pop_front() else { break };
            if self.is_wanted(recipe.at) {
                made.push(self.mix(recipe, lines));
            } else if self.before.take().is_some() {
                self.readers = BTreeMap::new();
            }
        }
        if let Some(first) = self.recipes.front() {
            let kept = self.lacking.split_off(&first.at.part_no().back(1));
            self.lacking = kept;
        }
        let wanted = |id: &LineId| self.recipes.iter().any(|recipe| recipe.uses(*id));
        if now.part_no().start() + FRAME > now && !self.gone.is_empty() {
            let unused: Vec<LineId> = self.gone.keys().copied().filter(|id| !wanted(id)).collect();
            unused.iter().for_each(|id| drop(self.gone.remove(id)));
        }
        made
    }

    /// A frame of a part that lacked something, or of the part before it, or the one that its encoder looks ahead to.
    fn is_wanted(&self, at: MediaTime) -> bool {
        let part = at.part_no();
        let looked_at = at == part.start() && self.lacking.contains(&part.back(1));
        looked_at || self.lacking.contains(&part) || self.lacking.contains(&part.next())
    }

    fn mix(&mut self, recipe: Recipe, lines: &BTreeMap<LineId, Line>) -> Late {
        let mut pcm = [0.0; FRAME_SAMPLES];
        let (mut lacked, mut lacks, mut voices) = (0, 0, Vec::new());
        let here: BTreeSet<SeatId> = recipe.takes.iter().map(|take| take.seat.clone()).collect();
        let before = self.before.replace(here.clone()).unwrap_or(here);
        let next = self.recipes.front().map(|next| next.takes.iter().map(|take| take.seat.clone()).collect());
        let next: BTreeSet<SeatId> = next.unwrap_or_default();
        for take in recipe.takes {
            let (mut sound, has) = self.read(&take, lines);
            soften(&mut sound, !before.contains(&take.seat), !next.contains(&take.seat));
            lacked += u32::from(!take.has);
            lacks += u32::from(!has);
            take.lift.apply(&mut sound);
            take.gain.apply(&mut sound);
            let level = -i32::from(level_below_full_db(&sound));
            if level > HEARD_DB {
                voices.push((-level, take.seat));
            }
            add(&mut pcm, &sound);
        }
        voices.sort();
        let voices = voices.into_iter().map(|(_, seat)| seat).collect();
        let mends = self.lacking.contains(&recipe.at.part_no());
        let Recipe { at, state, since, .. } = recipe;
        Late { frame: Programme { at, pcm, voices, state, since }, lacked, lacks, mends }
    }

    /// A seat's frame, from the line it was heard from, or from one that has more of it by now.
    fn read(&mut self, take: &Take, lines: &BTreeMap<LineId, Line>) -> ([f32; FRAME_SAMPLES], bool) {
        let gone = &self.gone;
        let packets = |id: &LineId| lines.get(id).map(|line| &line.packets).or_else(|| gone.get(id));
        let whole = |(id, span): &&(LineId, Span)| {
            let (from, to) = span.needs();
            packets(id).is_some_and(|packets| packets.hold_all(from, to))
        };
        let source = take.lines.iter().find(whole).or_else(|| take.lines.first());
        let Some((id, span, packets)) = source.and_then(|(id, span)| Some((*id, *span, packets(id)?))) else {
            return ([0.0; FRAME_SAMPLES], false);
        };
        let fresh = || (id, Reader::new(Decoding::second()), Suppressor::default());
        let (line, reader, quiet) = self.readers.entry(take.seat.clone()).or_insert_with(fresh);
        if *line != id {
            (*line, *reader) = (id, Reader::new(Decoding::second()));
        }
        let (mut sound, source) = reader.read(packets, span);
        quiet.apply(&mut sound, take.suppressed);
        (sound, source.is_said())
    }
}

impl Recipe {
    fn uses(&self, line: LineId) -> bool {
        self.takes.iter().any(|take| take.lines.iter().any(|(id, _)| *id == line))
    }
}
