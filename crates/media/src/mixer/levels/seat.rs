//! One seat's level: found within seconds of speech, then followed slowly, and only while it speaks.

use std::collections::VecDeque;

use crate::mixer::speech::{LAG_FRAMES, Speech, level_db};
use crate::sound::{Ceiling, Ear, gated_lufs};
use crate::units::{FRAME_SAMPLES, MediaTime, SampleCount};

use super::Lift;

/// What everyone is brought to is -16 LUFS with the ends of phrases, which are no speech here, and after Opus: 2 LU.
const GOAL_LUFS: f64 = -14.0;
/// Voices with sharp peaks lose some of their loudness to the ceiling; so much of it is made up for.
const TAKEN_LU_MAX: f64 = 2.0;
/// Whoever is quieter or louder than these can make up for is told so, and stays it.
const GAIN_DB_LEAST: f64 = -20.0;
const GAIN_DB_MOST: f64 = 24.0;
/// No room is brought up to more than this level.
const ROOM_DB_MAX: f64 = -45.0;
/// A block of 400 ms, as in EBU R 128.
const BLOCK_FRAMES: u32 = 20;
/// The last 30 s of speech count,
const BLOCKS: usize = 75;
/// and the first 1.2 s are believed.
const BLOCKS_LEAST: usize = 3;
/// Until a level is found it moves by 10 dB/s, afterwards by 1 dB/s, in dB a frame.
const FINDING_DB: f64 = 0.2;
const FOLLOWING_DB: f64 = 0.02;
/// Quieter is nothing to measure, and after 2 s of it nothing to listen for.
const NOTHING_DB: f32 = -52.0;
const LISTENED_FRAMES: u32 = 100;
/// Gains are known so far back: a later reading of the programme has the same.
const REMEMBERED: SampleCount = SampleCount::from_ms(40_000);
const FRAME: SampleCount = SampleCount(FRAME_SAMPLES as i64);

type Frame = [f32; FRAME_SAMPLES];

/// As an ear weighs it: as it came, and as it would have come with what the ceiling takes off it.
#[derive(Clone, Copy, Default)]
struct Power {
    came: f64,
    kept: f64,
}

/// What listens to one stretch of speech, without a pause.
struct Listening {
    ear: Ear,
    /// What the ceiling leaves of this seat alone, as loud as it is brought.
    ceiling: Ceiling,
    limited: Ear,
}

pub struct Level {
    /// While it speaks: a room is not worth the time that it takes.
    listening: Option<Listening>,
    speech: Speech,
    /// Frames of which it is not known yet whether they are speech; `None` where nothing is to be heard.
    waiting: VecDeque<(MediaTime, Option<Box<Frame>>)>,
    /// Speech that is no whole block yet.
    block: (Power, u32),
    /// Power and room of each block.
    blocks: VecDeque<(Power, f64)>,
    goal_db: f64,
    gain_db: f64,
    found: bool,
    /// Gains and since when; each holds until the next, which is reached in the frame before.
    gains: VecDeque<(MediaTime, f32)>,
}

impl Level {
    pub fn new() -> Self {
        Self {
            listening: None,
            speech: Speech::new(),
            waiting: VecDeque::new(),
            block: (Power::default(), 0),
            blocks: VecDeque::new(),
            goal_db: 0.0,
            gain_db: 0.0,
            found: false,
            gains: VecDeque::new(),
        }
    }

    /// Note 20 ms at `at`; the frame after it may have another gain.
    pub fn note(&mut self, at: MediaTime, pcm: &[f32; FRAME_SAMPLES], said: bool) {
        let audible = said && level_db(pcm) > NOTHING_DB;
        if !audible && self.speech.silent_frames() > LISTENED_FRAMES {
            return;
        }
        self.waiting.push_back((at, audible.then(|| Box::new(*pcm))));
        let judged = self.speech.note(pcm, said);
        if self.waiting.len() <= LAG_FRAMES {
            return;
        }
        let Some((then, pcm)) = self.waiting.pop_front() else { return };
        if judged == Some(true) {
            let power = self.power(then, &pcm.unwrap_or_else(|| Box::new([0.0; FRAME_SAMPLES])));
            self.weigh(power);
            self.follow(at + FRAME);
        } else {
            self.listening = None;
        }
    }

    fn power(&mut self, at: MediaTime, pcm: &Frame) -> Power {
        let lift = self.lift(at);
        let mut lifted = *pcm;
        lift.apply(&mut lifted);
        let fresh = || Listening { ear: Ear::default(), ceiling: Ceiling::new(), limited: Ear::default() };
        let Listening { ear, ceiling, limited } = self.listening.get_or_insert_with(fresh);
        let came = ear.power(pcm);
        ceiling.add(&lifted);
        // It comes a frame later, which is all the same to a mean; of the first nothing is said to be taken.
        let kept = ceiling.take().map(|frame| limited.power(&frame) / f64::from(lift.to * lift.to));
        Power { came, kept: kept.unwrap_or(came) }
    }

    fn weigh(&mut self, power: Power) {
        let (sum, frames) = self.block;
        self.block = (Power { came: sum.came + power.came, kept: sum.kept + power.kept }, frames + 1);
        if self.block.1 < BLOCK_FRAMES {
            return;
        }
        let room_db = self.speech.room_db().map_or(f64::MIN, f64::from);
        let frames = f64::from(BLOCK_FRAMES);
        let Power { came, kept } = self.block.0;
        self.blocks.push_back((Power { came: came / frames, kept: kept / frames }, room_db));
        self.block = (Power::default(), 0);
        if self.blocks.len() > BLOCKS {
            self.blocks.pop_front();
        }
        if self.blocks.len() >= BLOCKS_LEAST {
            let lufs = gated_lufs(self.blocks.iter().map(|(power, _)| &power.came));
            let taken = lufs - gated_lufs(self.blocks.iter().map(|(power, _)| &power.kept));
            let room_db = self.blocks.iter().map(|&(_, room_db)| room_db).fold(0.0, f64::min);
            let most = (ROOM_DB_MAX - room_db).clamp(0.0, GAIN_DB_MOST);
            let goal_db = GOAL_LUFS - lufs + taken.clamp(0.0, TAKEN_LU_MAX);
            self.goal_db = goal_db.clamp(GAIN_DB_LEAST, most);
        }
    }

    /// Move towards the goal by the frame that begins at `at`.
    fn follow(&mut self, at: MediaTime) {
        if self.blocks.len() < BLOCKS_LEAST {
            return;
        }
        let step = if self.found { FOLLOWING_DB } else { FINDING_DB };
        let off = self.goal_db - self.gain_db;
        self.found |= off.abs() <= step;
        self.gain_db += off.clamp(-step, step);
        self.gains.push_back((at, 10_f64.powf(self.gain_db / 20.0) as f32));
        while self.gains.get(1).is_some_and(|&(since, _)| at - since > REMEMBERED) {
            self.gains.pop_front();
        }
    }

    /// The gain of the frame at `at`.
    pub fn lift(&self, at: MediaTime) -> Lift {
        Lift { from: self.gain(at), to: self.gain(at + FRAME) }
    }

    fn gain(&self, at: MediaTime) -> f32 {
        let next = self.gains.partition_point(|&(since, _)| since <= at);
        next.checked_sub(1).map_or(1.0, |last| self.gains[last].1)
    }
}
