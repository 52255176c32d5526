//! For how long nobody on the air has spoken.
//!
//! Heard in the sum of those on the air: speech stands above the room, which is the quietest there was in the last two
//! seconds.

use crate::level::level_below_full_db;
use crate::units::{FRAME_SAMPLES, MediaTime, SampleCount};

const FRAME: SampleCount = SampleCount(FRAME_SAMPLES as i64);
/// Quieter than this is nobody, however quiet the room.
const LEAST_DB: f32 = -52.0;
/// Speech stands this far above the room.
const ABOVE_ROOM_DB: f32 = 9.0;
/// No room is taken to be louder: a steady tone is to be heard.
const ROOM_DB_MAX: f32 = -40.0;
/// Quieter than this is no room but digital silence.
const SILENCE_DB: f32 = -90.0;
/// The room is looked for in pieces of half a second, four of them.
const PIECE_FRAMES: u32 = 25;
const PIECES: usize = 4;

#[derive(Default)]
pub struct Quiet {
    /// The quietest frame of each piece that was no silence; the first is not whole yet.
    quietest_db: [Option<f32>; PIECES],
    frames: u32,
    since: Option<MediaTime>,
}

impl Quiet {
    /// Note 20 ms at `at`; gives how long it has been quiet after them. Not `counted`: it is not meant to be otherwise.
    pub fn note(&mut self, pcm: &[f32; FRAME_SAMPLES], at: MediaTime, counted: bool) -> SampleCount {
        let spoke = self.is_speech(-f32::from(level_below_full_db(pcm)));
        let end = at + FRAME;
        if spoke || !counted {
            self.since = Some(end);
        }
        end - *self.since.get_or_insert(at)
    }

    fn is_speech(&mut self, level_db: f32) -> bool {
        let lowest = |a: Option<f32>, b: Option<f32>| a.into_iter().chain(b).reduce(f32::min);
        let room_db = self.quietest_db.into_iter().fold(None, lowest).unwrap_or(SILENCE_DB);
        if level_db > SILENCE_DB {
            self.quietest_db[0] = lowest(self.quietest_db[0], Some(level_db));
        }
        self.frames = self.frames.wrapping_add(1);
        if self.frames.is_multiple_of(PIECE_FRAMES) {
            self.quietest_db.rotate_right(1);
            self.quietest_db[0] = None;
        }
        level_db > LEAST_DB.max(room_db.min(ROOM_DB_MAX) + ABOVE_ROOM_DB)
    }
}
