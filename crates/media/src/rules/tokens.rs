//! What the edges of one fleet sign and read without asking anyone: resume tokens, and alternates (`spec/live.md`).

use std::fmt;

use aws_lc_rs::hmac;
use serde::{Deserialize, Serialize};

use crate::flow::HallId;
use crate::units::WallMs;

use super::orders::Orders;

/// How long one is good: longer than an evening.
const HOLDS_MINUTES: i64 = 12 * 60;
/// How far the clock of the edge that signed may be ahead of ours.
const AHEAD_MINUTES: i64 = 2;
/// Longer than any of ours.
const TOKEN_BYTES_MAX: usize = 160;

/// A secret that the edges of a fleet have in common.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FleetKey {
    pub kid: String,
    /// 32 bytes, hex.
    pub k: String,
}

impl fmt::Debug for FleetKey {
    fn fmt(&self, to: &mut fmt::Formatter) -> fmt::Result {
        write!(to, "FleetKey({})", self.kid)
    }
}

/// Signs with the first key, reads with all. Whoever came in the same minute has the same token: it tells nobody apart.
#[derive(Debug, Clone, Default)]
pub struct Tokens(Vec<(String, hmac::Key)>);

impl Tokens {
    /// Keys that cannot be read are left out.
    pub fn of(orders: &Orders) -> Self {
        let read = |key: &FleetKey| {
            let secret = unhex(&key.k).filter(|secret| secret.len() == 32)?;
            Some((key.kid.clone(), hmac::Key::new(hmac::HMAC_SHA256, &secret)))
        };
        Self(orders.fleet_keys.iter().filter_map(read).collect())
    }

    /// For whoever was let in to this hall; none while no key is known.
    pub fn resume(&self, hall: &HallId, now: WallMs) -> Option<String> {
        self.sign(&format!("resume\n{hall}"), now)
    }

    pub fn resumes(&self, token: &str, hall: &HallId, now: WallMs) -> bool {
        self.holds(token, &format!("resume\n{hall}"), now)
    }

    /// For whoever is told to go to `stream`, an origin.
    pub fn via(&self, hall: &HallId, stream: &str, now: WallMs) -> Option<String> {
        self.sign(&format!("via\n{hall}\n{stream}"), now)
    }

    pub fn came_via(&self, token: &str, hall: &HallId, stream: &str, now: WallMs) -> bool {
        self.holds(token, &format!("via\n{hall}\n{stream}"), now)
    }

    /// For whoever shows a pass of such a rank (`pass`, `staff`) at the page port: the stream port takes this.
    pub fn ranked(&self, hall: &HallId, rank: &str, now: WallMs) -> Option<String> {
        self.sign(&format!("{rank}\n{hall}"), now)
    }

    pub fn is_ranked(&self, token: &str, hall: &HallId, rank: &str, now: WallMs) -> bool {
        self.holds(token, &format!("{rank}\n{hall}"), now)
    }

    /// For whoever stands in line at `stream`, an origin, since `came`.
    pub fn place(&self, hall: &HallId, stream: &str, came: WallMs) -> Option<String> {
        self.sign_at(&format!("place\n{hall}\n{stream}"), came.0)
    }

    /// Since when; none where that is not our word, or too long ago to be of this evening.
    pub fn placed(&self, token: &str, hall: &HallId, stream: &str, now: WallMs) -> Option<WallMs> {
        let came = WallMs(self.check(token, &format!("place\n{hall}\n{stream}"))?);
        let ages = -AHEAD_MINUTES * 60_000..=HOLDS_MINUTES * 60_000;
        now.0.checked_sub(came.0).is_some_and(|age| ages.contains(&age)).then_some(came)
    }

    fn sign(&self, what: &str, now: WallMs) -> Option<String> {
        self.sign_at(what, now.0.div_euclid(60_000))
    }

    fn sign_at(&self, what: &str, at: i64) -> Option<String> {
        let (kid, key) = self.0.first()?;
        let tag = hmac::sign(key, format!("{what}\n{at}").as_bytes());
        Some(format!("{kid}.{at}.{}", hex(tag.as_ref())))
    }

    fn holds(&self, token: &str, what: &str, now: WallMs) -> bool {
        let ages = -AHEAD_MINUTES..=HOLDS_MINUTES;
        let age = self.check(token, what).and_then(|minute| now.0.div_euclid(60_000).checked_sub(minute));
        age.is_some_and(|age| ages.contains(&age))
    }

    /// When it was signed, as it says, if it was by one of us.
    fn check(&self, token: &str, what: &str) -> Option<i64> {
        if token.len() > TOKEN_BYTES_MAX {
            return None;
        }
        let mut fields = token.split('.');
        let (kid, at, tag) = (fields.next()?, fields.next()?, fields.next()?);
        if fields.next().is_some() {
            return None;
        }
        let (_, key) = self.0.iter().find(|(known, _)| known == kid)?;
        hmac::verify(key, format!("{what}\n{at}").as_bytes(), &unhex(tag)?).ok()?;
        at.parse().ok()
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |text, byte| text + &format!("{byte:02x}"))
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect()
}
