//! All that travels between the boxes of the media plane, in the order of its way.
//!
//! `mic ─RTP─▶ stage ─Talk─▶ mixer ─Programme─▶ program ─Part─▶ feed ─Part─▶ edge ─HTTP─▶ ear`,
//! and back from the mixer to each speaker as [`Return`]. The boxes know these types, never each other.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use crate::units::{FRAME_SAMPLES, LlNo, MediaTime, PART_FRAMES, PartNo, SampleCount};

/// The address of a hall: `[a-z0-9](-?[a-z0-9])*`, at most 40 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HallId(Arc<str>);

/// A seat in a hall: the same alphabet, at most 12 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct SeatId(Arc<str>);

/// Whose sound a line carries.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Who {
    Seat(SeatId),
    /// One who runs the hall and has no seat, by the id of the person.
    Backstage(PersonId),
}

/// A person as passes name them: at most 20 letters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonId(Arc<str>);

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

impl PersonId {
    /// `None` where `text` is nobody's id.
    pub fn parse(text: &str) -> Option<Self> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        let person = (1..=20).contains(&text.len()) && text.bytes().all(plain);
        person.then(|| Self(text.into()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Who {
    pub fn seat(&self) -> Option<&SeatId> {
        match self {
            Self::Seat(seat) => Some(seat),
            Self::Backstage(_) => None,
        }
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

impl fmt::Display for Who {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Seat(seat) => out.write_str(&seat.0),
            Self::Backstage(_) => out.write_str("backstage"),
        }
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

/// What a page asks of its line, over the data channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// Whether it is muted at its own end.
    Muted(bool),
    /// Its owner hears the stage.
    Hears,
    /// A test tone in its return.
    Tone,
    /// These seats alone in its return; none ends that.
    Listen(BTreeSet<SeatId>),
    /// A line backstage speaks into the returns of these seats.
    Cue(BTreeSet<SeatId>),
}

/// What is ordered of a seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The crowd may not hear it: the hall is recorded, and its speaker has not agreed to that.
    pub barred: bool,
    /// Else it is in the green room.
    pub on_air: bool,
    /// Heard by nobody.
    pub muted: bool,
    /// The noise around its microphone is taken out.
    pub suppressed: bool,
    /// How long a change of the first three takes.
    pub fade: SampleCount,
}

impl Default for Standing {
    fn default() -> Self {
        Self { barred: false, on_air: true, muted: false, suppressed: false, fade: SampleCount::from_ms(10) }
    }
}

/// A packet of another stage's line, passed on as it came, so that a seat is heard through every stage.
#[derive(Debug, Clone)]
pub struct Relayed {
    pub hall: HallId,
    pub who: Who,
    pub muted: bool,
    /// Whom it speaks to, from backstage.
    pub cue: BTreeSet<SeatId>,
    /// Its arrival is that at the other stage; the stages of one machine share a clock.
    pub talk: Talk,
}

/// The lines whose words are for the crowd as of now, and how far the programme, and what is mixed again for a recording, run
/// behind them: for so long what they lose may be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnAir {
    pub lines: BTreeSet<LineId>,
    pub window: SampleCount,
    pub late: SampleCount,
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

impl Programme {
    /// Nobody says anything.
    pub fn silent(at: MediaTime, state: HallState, since: PartNo) -> Self {
        Self { at, pcm: [0.0; FRAME_SAMPLES], voices: Vec::new(), state, since }
    }
}

/// 20 ms of the programme made once more, when what had been lost has come, for the recording.
#[derive(Debug, Clone)]
pub struct Late {
    pub frame: Programme,
    /// Frames of seats in it that were made up when it went out, and that are still.
    pub lacked: u32,
    pub lacks: u32,
    /// Its part is to be mended; else it stands before or behind one that is.
    pub mends: bool,
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
    /// Those its facts carry, in order.
    pub captions: Vec<Caption>,
}

/// An increment of a hall's captions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caption {
    /// Counted over the evening.
    pub no: u64,
    /// The part it belongs to; once carried, the part that carries it.
    pub part: PartNo,
    pub text: Arc<str>,
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
    pub caption: Option<Caption>,
    /// Of a part that was made again: frames of seats in it that are still made up.
    pub lacks: Option<u32>,
}

/// What the stage measured of one line: the one truth for its owner, the host and the log.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct LineReport {
    #[serde(skip)]
    pub line: LineId,
    /// None backstage.
    pub seat: Option<SeatId>,
    /// In the programme while the hall is live, as far as orders go.
    #[serde(skip)]
    pub on_air: bool,
    #[serde(skip)]
    pub proof: Proof,
    /// False where the hall is recorded and its speaker has not agreed to that: the crowd does not hear it.
    pub consent: bool,
    /// Sound that is not digital silence came within the last second, to a hall that is open.
    pub heard: bool,
    pub speaking: bool,
    /// dBov: 0 is the loudest, -127 silence.
    pub level_db: i32,
    /// Packets of the programme that came by themselves; those that did not; of these, those given back and those made up.
    pub received: u64,
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

/// What a line has shown of itself since it came up (`spec/node.md`, `proof`).
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Proof {
    pub speech_ms: u64,
    pub clipping_pct: f64,
    pub noise_db: i32,
    pub lost_pct: f64,
    pub quiet_ms: u64,
    pub muted: bool,
    pub hears: Hears,
}

/// Whether a line's owner hears the stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Hears {
    #[default]
    No,
    /// Its owner said so.
    Confirmed,
    /// A tone of the stage's came back.
    Echo,
}

/// How long each seat was heard speaking by the crowd, in the parts from `from` up to, not with, `to`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TalkTime {
    pub from: PartNo,
    pub to: PartNo,
    pub voiced_ms: BTreeMap<SeatId, u64>,
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
