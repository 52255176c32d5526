//! Programme frames in, parts out, on the one grid.
//!
//! Opus delays sound by its lookahead. The cutter hands the encoder sound from that much later, so that
//! what a listener decodes at a media time is what was said at that media time; the price is a frame of
//! waiting. A hole in the frames is a fault of ours and is filled with silence rather than shifting the grid.

use crate::codec::{Encoder, Quality};
use crate::flow::{Caption, Facts, HallState, Late, Part, Programme, SeatId};
use crate::level::level_below_full_db;
use crate::sound::Ceiling;
use crate::units::{FRAME_SAMPLES, MediaTime, PART_FRAMES, PART_SAMPLES, PartNo, SampleCount};

use super::boxes::part_bytes;
use super::captions::Captions;

const FRAME: SampleCount = SampleCount(FRAME_SAMPLES as i64);
/// After a longer hole the programme begins anew: the hall had none.
const HOLE_MAX: SampleCount = SampleCount::from_ms(10_000);

/// What the facts of a part are made of, by frame.
struct Heard {
    level_db: u8,
    voices: Vec<SeatId>,
    state: (HallState, PartNo),
    lacks: Option<u32>,
}

/// Cuts one hall's programme.
pub struct Cutter {
    encoder: Encoder,
    lookahead: usize,
    /// Sound not yet encoded; its first sample is `lookahead` after `next`. What is ahead of the encoder shows peaks
    /// before they come.
    pending: Ceiling,
    /// The grid time of the frame to encode next; `None` before the first.
    next: Option<MediaTime>,
    packets: Vec<Vec<u8>>,
    heard: Vec<Heard>,
    captions: Captions,
}

impl Heard {
    fn of(frame: &Programme, lacks: Option<u32>) -> Self {
        Self {
            level_db: level_below_full_db(&frame.pcm),
            voices: frame.voices.clone(),
            state: (frame.state, frame.since),
            lacks,
        }
    }
}

impl Default for Cutter {
    fn default() -> Self {
        Self::new()
    }
}

impl Cutter {
    pub fn new() -> Self {
        let mut encoder = Encoder::new(Quality::Programme);
        let lookahead = encoder.lookahead();
        Self {
            encoder,
            lookahead,
            pending: Ceiling::new(),
            next: None,
            packets: Vec::new(),
            heard: Vec::new(),
            captions: Captions::default(),
        }
    }

    /// Take what is to be carried from now on, as ordered last.
    pub fn caption(&mut self, told: Vec<Caption>) {
        self.captions.handle(told);
    }

    /// Take 20 ms; gives a part for every twelfth frame. Frames before the first whole part and
    /// frames from the past are dropped.
    pub fn handle(&mut self, frame: &Programme) -> Vec<Part> {
        self.go_on(frame, None)
    }

    /// The same with 20 ms that were mixed again: their parts say what they still lack.
    pub fn mend(&mut self, late: &Late) -> Vec<Part> {
        self.go_on(&late.frame, Some(late.lacks))
    }

    fn go_on(&mut self, frame: &Programme, lacks: Option<u32>) -> Vec<Part> {
        let mut parts = Vec::new();
        if self.next.is_some_and(|next| frame.at - next > HOLE_MAX) {
            let captions = std::mem::take(&mut self.captions);
            *self = Self { captions, ..Self::new() };
        }
        if self.next.is_none() {
            if frame.at.0.rem_euclid(PART_SAMPLES) != 0 {
                return parts;
            }
            self.next = Some(frame.at);
            self.pending.add(&frame.pcm[self.lookahead..]);
            self.heard.push(Heard::of(frame, lacks));
            return parts;
        }
        while let Some(at) = self.expected().filter(|&at| at < frame.at) {
            let silence = Programme { at, pcm: [0.0; FRAME_SAMPLES], voices: vec![], ..frame.clone() };
            parts.extend(self.take(&silence, lacks));
        }
        if self.expected() == Some(frame.at) {
            parts.extend(self.take(frame, lacks));
        }
        parts
    }

    fn expected(&self) -> Option<MediaTime> {
        self.next.map(|next| next + FRAME)
    }

    fn take(&mut self, heard: &Programme, lacks: Option<u32>) -> Option<Part> {
        self.pending.add(&heard.pcm);
        let frame = self.pending.take()?;
        self.packets.push(self.encoder.encode(&frame));
        self.heard.push(Heard::of(heard, lacks));
        let encoded = self.next.replace(heard.at)?;
        (self.packets.len() == PART_FRAMES).then(|| self.cut(encoded.part_no()))
    }

    fn cut(&mut self, no: PartNo) -> Part {
        let later = self.heard.split_off(PART_FRAMES);
        let heard = std::mem::replace(&mut self.heard, later);
        let packets = std::mem::take(&mut self.packets);
        let facts = Facts {
            state: heard[0].state.0,
            since: heard[0].state.1,
            voices: loudest(&heard),
            level: std::array::from_fn(|i| heard[i].level_db),
            caption: self.captions.take(no),
            lacks: heard.iter().map(|frame| frame.lacks).sum(),
        };
        Part { no, bytes: part_bytes(no, &facts, &packets) }
    }
}

/// Seats heard in these frames, those heard in most frames first.
fn loudest(heard: &[Heard]) -> Vec<SeatId> {
    let mut counts: Vec<(SeatId, usize)> = Vec::new();
    for (rank, seat) in heard.iter().flat_map(|frame| frame.voices.iter().enumerate()) {
        let weight = 4_usize.saturating_sub(rank).max(1);
        match counts.iter_mut().find(|(known, _)| known == seat) {
            Some((_, count)) => *count += weight,
            None => counts.push((seat.clone(), weight)),
        }
    }
    counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    counts.into_iter().map(|(seat, _)| seat).collect()
}
