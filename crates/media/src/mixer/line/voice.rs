//! Is somebody speaking on this line? Level over the room, which is the quietest there was in the last two seconds.
//!
//! What is told is about the same 240 ms: a line that is called speaking has a level that shows it.

use crate::level::level_below_full_db;
use crate::units::FRAME_SAMPLES;

const SILENCE_DB: f32 = -127.0;
/// Quieter than this is nobody, however quiet the room.
const LEAST_DB: f32 = -52.0;
/// Speech stands this far above the room.
const ABOVE_ROOM_DB: f32 = 9.0;
/// No room is taken to be louder: speech has pauses in which a room shows, a steady tone has none and is to be heard.
const ROOM_DB_MAX: f32 = -40.0;
/// The room is looked for in pieces of half a second, four of them.
const PIECE_FRAMES: u32 = 25;
const PIECES: usize = 4;
/// What is told of a line is about so many frames: 240 ms, the time between two reports. A pause between words is
/// shorter and still counts as speaking.
const TOLD_FRAMES: usize = 12;
/// Frames without speech after which a line may share the common return: 2 s.
const SHARING_FRAMES: u32 = 100;
/// Frames for which sound proves that the line is heard: 1 s.
const HEARD_FRAMES: u32 = 50;
/// Louder than this is not digital silence.
const DIGITAL_SILENCE_DB: f32 = -90.0;

#[derive(Clone)]
pub struct Voice {
    /// Power of the last frames, full scale being 1, in no order.
    powers: [f32; TOLD_FRAMES],
    /// The quietest frame of each piece; the first is not whole yet.
    quietest_db: [f32; PIECES],
    frames: u32,
    quiet_frames: u32,
    unheard_frames: u32,
}

impl Voice {
    pub fn new() -> Self {
        Self {
            powers: [0.0; TOLD_FRAMES],
            quietest_db: [0.0; PIECES],
            frames: 0,
            quiet_frames: SHARING_FRAMES,
            unheard_frames: HEARD_FRAMES,
        }
    }

    /// Note 20 ms; `received` is false where the sound was made up.
    pub fn note(&mut self, pcm: &[f32; FRAME_SAMPLES], received: bool) {
        let level_db = -f32::from(level_below_full_db(pcm));
        self.powers[self.frames as usize % TOLD_FRAMES] = power(level_db);
        self.frames = self.frames.wrapping_add(1);
        let heard = received && level_db > DIGITAL_SILENCE_DB;
        if heard {
            self.quietest_db[0] = self.quietest_db[0].min(level_db);
        }
        if self.frames.is_multiple_of(PIECE_FRAMES) {
            self.quietest_db.rotate_right(1);
            self.quietest_db[0] = 0.0;
        }
        let speech = heard && level_db > LEAST_DB.max(self.room_db() + ABOVE_ROOM_DB);
        self.quiet_frames = if speech { 0 } else { self.quiet_frames.saturating_add(1) };
        self.unheard_frames = if heard { 0 } else { self.unheard_frames.saturating_add(1) };
    }

    /// The level of the last 240 ms.
    pub fn level_db(&self) -> i32 {
        let mean = self.powers.iter().sum::<f32>() / TOLD_FRAMES as f32;
        (10.0 * mean.log10()).max(SILENCE_DB) as i32
    }

    /// Whether there was speech in the last 240 ms.
    pub fn speaking(&self) -> bool {
        self.quiet_frames < TOLD_FRAMES as u32
    }

    /// Whether the line is in the return at all, and so needs a return without itself.
    pub fn in_return(&self) -> bool {
        self.quiet_frames < SHARING_FRAMES
    }

    pub fn heard(&self) -> bool {
        self.unheard_frames < HEARD_FRAMES
    }

    fn room_db(&self) -> f32 {
        self.quietest_db.iter().copied().fold(ROOM_DB_MAX, f32::min)
    }
}

fn power(level_db: f32) -> f32 {
    if level_db > SILENCE_DB { 10_f32.powf(level_db / 10.0) } else { 0.0 }
}
