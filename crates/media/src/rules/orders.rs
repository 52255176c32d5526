//! Orders as the desk writes them (`spec/node.md`): the whole wanted state of this node.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::flow::{Caption, HallId, HallState, SeatId, Standing};
use crate::units::{PartNo, SampleCount};

use super::sounds::SoundOrder;
use super::tokens::FleetKey;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Orders {
    #[serde(default)]
    pub revision: u64,
    /// When they were given, by the desk's clock; 0 once that was made use of.
    #[serde(default, skip_serializing)]
    pub at_ms: i64,
    #[serde(default)]
    pub keys: Vec<Key>,
    /// Ids of passes that are no longer good.
    #[serde(default)]
    pub revoked: Vec<String>,
    /// What the edges of this fleet sign with: the first; the others are read still. Edges are told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fleet_keys: Vec<FleetKey>,
    /// Where the desk answers, `host:port`.
    #[serde(default)]
    pub desk: Option<String>,
    #[serde(default)]
    pub halls: Vec<HallOrder>,
}

/// A public key that passes are signed with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    pub kid: String,
    /// Ed25519 public key, base64url without padding.
    pub x: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HallOrder {
    pub hall: String,
    #[serde(default)]
    pub title: String,
    pub state: HallState,
    #[serde(default)]
    pub since_ms: i64,
    #[serde(default)]
    pub starts_at_ms: Option<i64>,
    /// When it first went live.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub began_ms: Option<i64>,
    #[serde(default = "default_window_ms")]
    pub window_ms: i64,
    /// How long what is said waits before the crowd hears it.
    #[serde(default)]
    pub air_delay_ms: i64,
    /// Number, beginning and end of what is not to be heard of what was said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dumps: Vec<(u64, i64, i64)>,
    /// Whether the hall is recorded.
    #[serde(default)]
    pub record: bool,
    /// The body that meets again, whose permanent address leads here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series: Option<String>,
    /// The hall was postponed, and its passes hold for longer than they say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grace: Option<Grace>,
    #[serde(default)]
    pub seats: Vec<Seat>,
    /// What is played where nobody speaks; `None`: nothing at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sounds: Option<SoundOrder>,
    /// Dead air is neither told nor covered.
    #[serde(default)]
    pub silence_intended: bool,
    /// It ended before it began.
    #[serde(default)]
    pub cancelled: bool,
    /// What the desk publishes besides (spec/live.md, "state.json"): passed on as it is, by edges.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evening: Option<serde_json::Value>,
    /// Number, part and text of the captions that stages carry.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub captions: Vec<(u64, u64, String)>,
    /// Where stages of this hall answer, `host:port`.
    #[serde(default)]
    pub stages: Vec<String>,
    /// Where packagers of this hall answer, `host:port`; edges are told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub packagers: Vec<String>,
}

/// Passes that were good at `from_ms` are good until `until_ms`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grace {
    pub from_ms: i64,
    pub until_ms: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seat {
    pub seat: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Whether its speaker agreed to be recorded.
    #[serde(default)]
    pub consented: bool,
    /// Whether the crowd hears it while the hall is live; else it is in the green room.
    #[serde(default = "default_on_air")]
    pub on_air: bool,
    /// Heard by nobody, by order.
    #[serde(default)]
    pub muted: bool,
    /// The noise around its microphone is taken out.
    #[serde(default)]
    pub suppressed: bool,
    /// How long each change of the other two takes.
    #[serde(default = "default_fade_ms")]
    pub fade_ms: i64,
}

/// The longest that what is said waits.
const AIR_DELAY_MS_MAX: i64 = 30_000;
/// The newest that are kept.
const DUMPS_MAX: usize = 64;
/// The longest text of a caption, in bytes as JSON escapes it.
const CAPTION_BYTES_MAX: usize = 36;

fn default_on_air() -> bool {
    true
}

fn default_fade_ms() -> i64 {
    10
}

fn default_window_ms() -> i64 {
    600
}

impl HallOrder {
    /// What is ordered of each seat. A recorded hall is heard only from those who agreed to that.
    pub fn standings(&self) -> BTreeMap<SeatId, Standing> {
        let standing = |seat: &Seat| Standing {
            barred: self.record && !seat.consented,
            on_air: seat.on_air,
            muted: seat.muted,
            suppressed: seat.suppressed,
            fade: SampleCount::from_ms(seat.fade_ms),
        };
        self.seats.iter().filter_map(|seat| Some((SeatId::parse(&seat.seat)?, standing(seat)))).collect()
    }
}

impl HallOrder {
    /// What there is to carry; a text that is too long is left out.
    pub fn captions(&self) -> Vec<Caption> {
        let fits = |text: &str| serde_json::Value::from(text).to_string().len() - 2 <= CAPTION_BYTES_MAX;
        let told = self.captions.iter().filter(|(_, _, text)| fits(text));
        told.map(|(no, part, text)| Caption { no: *no, part: PartNo(*part), text: text.as_str().into() })
            .collect()
    }
}

impl Orders {
    /// Read orders; a hall or seat with an impossible name is left out, the rest stands.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let mut orders: Self = serde_json::from_slice(bytes).ok()?;
        orders.halls.retain(|hall| HallId::parse(&hall.hall).is_some());
        for hall in &mut orders.halls {
            hall.seats.retain(|seat| SeatId::parse(&seat.seat).is_some());
            hall.seats.iter_mut().for_each(|seat| seat.fade_ms = seat.fade_ms.clamp(0, 5_000));
            hall.window_ms = hall.window_ms.clamp(200, 5_000);
            hall.air_delay_ms = hall.air_delay_ms.clamp(0, AIR_DELAY_MS_MAX);
            let many = hall.dumps.len().saturating_sub(DUMPS_MAX);
            hall.dumps.drain(..many);
        }
        Some(orders)
    }

    /// The hall a series leads to: what is on, else what is next, else what was last.
    pub fn of_series(&self, series: &HallId) -> Option<&HallOrder> {
        let of_it = |order: &&HallOrder| order.series.as_deref() == Some(series.as_str());
        self.halls.iter().filter(of_it).min_by_key(|order| match order.state {
            HallState::Live | HallState::Paused => (0, -order.since_ms),
            HallState::Doors => (1, order.starts_at_ms.unwrap_or(order.since_ms)),
            HallState::Draft | HallState::Announced => (2, order.starts_at_ms.unwrap_or(i64::MAX)),
            HallState::Ended => (3, -order.since_ms),
        })
    }

    pub fn hall(&self, hall: &HallId) -> Option<&HallOrder> {
        self.halls.iter().find(|order| order.hall == hall.as_str())
    }
}
