//! All that travels between the boxes of the media plane, in the order of its way.
//!
//! `mic ─RTP─▶ stage ─Talk─▶ mixer ─Programme─▶ program ─Part─▶ feed ─Part─▶ edge ─HTTP─▶ ear`,
//! and back from the mixer to each speaker as [`Return`]. The boxes know these types, never each other.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use crate::units::{FRAME_SAMPLES, LlNo, MediaTime, PART_FRAMES, PartNo};

/// The address of a hall: `[a-z0-9](-?[a-z0-9])*`, at most 40 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HallId(Arc<str>);

/// A seat in a hall: the same alphabet, at most 12 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct SeatId(Arc<str>);

/// One speaker's connection; a seat that reconnects gets another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineId(pub u64);

fn is_name(text: &str, longest: usize) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = text.as_bytes();
    let ends = [bytes.first(), bytes.last()];
    bytes.len() <= longest
        && ends.iter().all(|end| end.is_some_and(|&byte| plain(byte)))
        && bytes.iter().all(|&byte| plain(byte) || byte == b'-')
        && !text.contains("--")
}

impl HallId {
    /// `None` where `text` is no hall's address.
    pub fn parse(text: &str) -> Option<Self> {
        is_name(text, 40).then(|| Self(text.into()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl SeatId {
    /// `None` where `text` is no seat's name.
    pub fn parse(text: &str) -> Option<Self> {
        is_name(text, 12).then(|| Self(text.into()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for HallId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl fmt::Display for SeatId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl LineId {
    /// Read what [`fmt::Display`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        let hex = text.strip_prefix('l').filter(|hex| !hex.starts_with('+'))?;
        u64::from_str_radix(hex, 16).ok().map(Self)
    }
}

impl fmt::Display for LineId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "l{:x}", self.0)
    }
}

/// One Opus packet of one line, as received or as recovered from a later one.
#[derive(Debug, Clone)]
pub struct Talk {
    pub line: LineId,
    /// The line's own clock, 48 kHz, unwrapped: the first sample in the packet.
    pub rtp_time: i64,
    /// When it came, on the stage's clock.
    pub arrived: MediaTime,
    /// Carried again inside a later packet (RED).
    pub again: bool,
    pub payload: Arc<[u8]>,
}

/// A packet of another stage's line, passed on as it came, so that a seat is heard through every stage.
#[derive(Debug, Clone)]
pub struct Relayed {
    pub hall: HallId,
    pub seat: SeatId,
    pub muted: bool,
    /// Its arrival is that at the other stage; the stages of one machine share a clock.
    pub talk: Talk,
}

/// 20 ms of what the crowd hears.
#[derive(Debug, Clone)]
pub struct Programme {
    pub at: MediaTime,
    pub pcm: [f32; FRAME_SAMPLES],
    /// Seats heard in this frame, loudest first.
    pub voices: Vec<SeatId>,
    /// The hall's state at this media time, and the part since which it holds.
    pub state: HallState,
    pub since: PartNo,
}

/// 20 ms for one speaker: everyone but themselves, encoded.
#[derive(Debug, Clone)]
pub struct Return {
    pub line: LineId,
    /// Counts samples of the return, 48 kHz.
    pub rtp_time: u32,
    pub payload: Arc<[u8]>,
}

/// 240 ms of the programme as every listener gets it: `emsg` + `moof` + `mdat`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub no: PartNo,
    pub bytes: Bytes,
}

/// 960 ms of the programme in AAC: the `emsg` of four parts + `moof` + `mdat`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LlPart {
    pub no: LlNo,
    pub bytes: Bytes,
}

/// What everyone who joins must know, carried whole in every part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The hall's state and the part since which it holds.
    pub state: HallState,
    pub since: PartNo,
    /// Seats heard in this part, loudest first.
    pub voices: Vec<SeatId>,
    /// dB below full scale of each frame, 127 for silence.
    pub level: [u8; PART_FRAMES],
}

/// What the stage measured of one line: the one truth for its owner, the host and the log.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct LineReport {
    #[serde(skip)]
    pub line: LineId,
    pub seat: SeatId,
    /// False where the hall is recorded and its speaker has not agreed to that: the crowd does not hear it.
    pub consent: bool,
    /// Sound that is not digital silence came within the last second, to a hall that is open.
    pub heard: bool,
    pub speaking: bool,
    /// dBov: 0 is the loudest, -127 silence.
    pub level_db: i32,
    /// Packets of the programme that did not come by themselves; those given back by RED or FEC; those made up.
    pub lost: u64,
    pub repaired: u64,
    pub concealed: u64,
}

/// What the programme is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Playing {
    /// Those on the air, speaking or not.
    Stage,
    Opening,
    Pause,
    Closing,
    Tone,
    Nothing,
}

impl Playing {
    /// Whether it has a beginning and an end.
    pub fn is_announcement(self) -> bool {
        matches!(self, Self::Opening | Self::Pause | Self::Closing)
    }
}

/// How the programme stands, for whoever runs the hall.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct AirReport {
    /// The part it is about.
    pub part_no: u64,
    pub playing: Playing,
    /// For how long nobody on the air has spoken, where somebody is meant to.
    pub quiet_ms: i64,
    /// Dead air is covered by the tone.
    pub covered: bool,
}

/// Where a hall stands in its evening, as far as the media plane cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HallState {
    Draft,
    Announced,
    Doors,
    Live,
    Paused,
    Ended,
}

impl HallState {
    /// The word that pages and programs read.
    pub fn word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Announced => "announced",
            Self::Doors => "doors",
            Self::Live => "live",
            Self::Paused => "paused",
            Self::Ended => "ended",
        }
    }

    /// Whether the hall has a programme to make and speakers to let in.
    pub fn has_programme(self) -> bool {
        matches!(self, Self::Doors | Self::Live | Self::Paused)
    }
}
