//! What a line has shown of itself since it came up: that it carries speech, how clean, and that its owner hears us.
//!
//! Measured, never judged: whether that is enough to go on air is not decided here.

use std::collections::VecDeque;

use crate::flow::{Hears, Proof};
use crate::mixer::speech::{Speech, level_db};
use crate::units::FRAME_SAMPLES;

use super::reader::Source;

/// Shares are of the last 10 s.
const RECENT_FRAMES: usize = 500;
const FRAME_MS: u64 = 20;
/// A sample this large is at full scale, the codec's ripple allowed for.
const FULL_SCALE: f32 = 0.98;
/// So many in one frame are heard.
const CLIPPED_SAMPLES: usize = 3;
const SILENCE_DB: f32 = -127.0;

#[derive(Clone, Copy)]
struct Frame {
    level_db: f32,
    received: bool,
    clipped: bool,
    speech: bool,
}

pub struct Record {
    speech: Speech,
    /// Not decided yet whether they are speech.
    waiting: VecDeque<Frame>,
    recent: VecDeque<Frame>,
    /// All packets of a frame, and those that did not come by themselves.
    packets: VecDeque<(u32, u32)>,
    speech_frames: u64,
    quiet_frames: u64,
    hears: Hears,
}

impl Record {
    pub fn new() -> Self {
        Self {
            speech: Speech::new(),
            waiting: VecDeque::new(),
            recent: VecDeque::new(),
            packets: VecDeque::new(),
            speech_frames: 0,
            quiet_frames: 0,
            hears: Hears::No,
        }
    }

    /// Note 20 ms; `received` is false where the sound was made up. What is muted is nobody's business.
    pub fn hear(&mut self, pcm: &[f32; FRAME_SAMPLES], received: bool, muted: bool) {
        let received = received && !muted;
        let level_db = if received { level_db(pcm) } else { SILENCE_DB };
        let full = pcm.iter().filter(|x| x.abs() >= FULL_SCALE).take(CLIPPED_SAMPLES).count();
        let clipped = received && full == CLIPPED_SAMPLES;
        self.waiting.push_back(Frame { level_db, received, clipped, speech: false });
        let Some(speech) = self.speech.note(pcm, received) else { return };
        let Some(frame) = self.waiting.pop_front() else { return };
        self.speech_frames += u64::from(speech);
        self.quiet_frames = if speech { 0 } else { self.quiet_frames + 1 };
        keep(&mut self.recent, Frame { speech, ..frame });
    }

    /// Note how 20 ms of the programme came about.
    pub fn count(&mut self, source: Source) {
        let missing = source.repaired + source.concealed;
        keep(&mut self.packets, (source.received + missing, missing));
    }

    /// Its owner says that the stage is heard.
    pub fn confirm(&mut self) {
        if self.hears == Hears::No {
            self.hears = Hears::Confirmed;
        }
    }

    /// The stage's tone came back.
    pub fn echo(&mut self) {
        self.hears = Hears::Echo;
    }

    pub fn proof(&self, muted: bool) -> Proof {
        let speech = self.recent.iter().filter(|frame| frame.speech);
        let clipped = speech.clone().filter(|frame| frame.clipped).count();
        let all: u32 = self.packets.iter().map(|(all, _)| all).sum();
        let missing: u32 = self.packets.iter().map(|(_, missing)| missing).sum();
        Proof {
            speech_ms: self.speech_frames * FRAME_MS,
            clipping_pct: percent(clipped as f64, speech.count() as f64),
            noise_db: self.noise_db(),
            lost_pct: percent(missing.into(), all.into()),
            quiet_ms: self.quiet_frames * FRAME_MS,
            muted,
            hears: self.hears,
        }
    }

    /// The middle one of all levels that are not speech: a door that slams is no noise.
    fn noise_db(&self) -> i32 {
        let noise = self.recent.iter().filter(|frame| frame.received && !frame.speech);
        let mut levels: Vec<f32> = noise.map(|frame| frame.level_db).collect();
        levels.sort_unstable_by(f32::total_cmp);
        levels.get(levels.len() / 2).copied().unwrap_or(SILENCE_DB) as i32
    }
}

fn keep<T>(recent: &mut VecDeque<T>, one: T) {
    recent.push_back(one);
    if recent.len() > RECENT_FRAMES {
        recent.pop_front();
    }
}

/// Of a hundred, to a tenth.
fn percent(share: f64, of: f64) -> f64 {
    if of > 0.0 { (share / of * 1_000.0).round() / 10.0 } else { 0.0 }
}
