//! Is somebody speaking on this line? Level over a floor that follows the room.

use crate::level::level_below_full_db;
use crate::units::FRAME_SAMPLES;

const SILENCE_DB: f32 = -127.0;
/// Quieter than this is nobody, however quiet the room.
const LEAST_DB: f32 = -52.0;
/// Speech stands this far above the room.
const ABOVE_FLOOR_DB: f32 = 9.0;
/// The floor rises by 3 dB a second, so that a long vowel is not taken for the room.
const FLOOR_RISE_DB: f32 = 0.06;
/// Frames for which a pause between words still counts as speaking: 400 ms.
const WORD_GAP_FRAMES: u32 = 20;
/// Frames without speech after which a line may share the common return: 2 s.
const SHARING_FRAMES: u32 = 100;
/// Frames for which sound proves that the line is heard: 1 s.
const HEARD_FRAMES: u32 = 50;
/// Louder than this is not digital silence.
const DIGITAL_SILENCE_DB: f32 = -90.0;

pub struct Voice {
    level_db: f32,
    floor_db: f32,
    quiet_frames: u32,
    unheard_frames: u32,
}

impl Voice {
    pub fn new() -> Self {
        Self {
            level_db: SILENCE_DB,
            floor_db: -60.0,
            quiet_frames: SHARING_FRAMES,
            unheard_frames: HEARD_FRAMES,
        }
    }

    /// Note 20 ms; `received` is false where the sound was made up.
    pub fn note(&mut self, pcm: &[f32; FRAME_SAMPLES], received: bool) {
        self.level_db = -f32::from(level_below_full_db(pcm));
        self.floor_db = (self.floor_db + FLOOR_RISE_DB).min(self.level_db.max(-80.0));
        let speech = self.level_db > LEAST_DB.max(self.floor_db + ABOVE_FLOOR_DB);
        self.quiet_frames = if speech { 0 } else { self.quiet_frames.saturating_add(1) };
        let heard = received && self.level_db > DIGITAL_SILENCE_DB;
        self.unheard_frames = if heard { 0 } else { self.unheard_frames.saturating_add(1) };
    }

    pub fn level_db(&self) -> i32 {
        self.level_db as i32
    }

    pub fn speaking(&self) -> bool {
        self.quiet_frames < WORD_GAP_FRAMES
    }

    /// Whether the line is in the return at all, and so needs a return without itself.
    pub fn in_return(&self) -> bool {
        self.quiet_frames < SHARING_FRAMES
    }

    pub fn heard(&self) -> bool {
        self.unheard_frames < HEARD_FRAMES
    }
}
