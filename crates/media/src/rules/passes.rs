//! Passes: JWTs signed with Ed25519, checked without asking anyone (`spec/live.md`).

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::{Deserialize, Serialize};

use crate::flow::{HallId, PersonId, SeatId, Who};
use crate::units::WallMs;

use super::orders::Orders;

/// Longer than any pass of ours; a bound on the work a stranger can ask for.
const PASS_BYTES_MAX: usize = 2_048;
/// How far the clock of whoever signed may be ahead of ours.
const LEEWAY_S: i64 = 60;
const JTI_CHARS_MAX: usize = 64;
/// Where those have their lines who run a hall and have no seat; no seat has this name.
const BACKSTAGE: &str = "backstage";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    Owner,
    Producer,
    Moderator,
    Host,
    Screener,
    Steward,
    Captioner,
    Speaker,
    Listener,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    pub iss: String,
    pub sub: String,
    pub hall: String,
    pub role: Role,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seat: Option<String>,
    pub iat: i64,
    pub exp: i64,
    pub jti: String,
}

impl Claims {
    /// Whether we could have signed this: `spec/live.md`, held to `spec/vectors/passes`.
    fn well_formed(&self) -> bool {
        let every_hall = self.hall == "*";
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let person = self.sub.strip_prefix("p_").unwrap_or("");
        self.iss == "hustings"
            && (every_hall || HallId::parse(&self.hall).is_some())
            && (every_hall || self.role != Role::Owner)
            && self.seat.as_deref().is_none_or(|seat| SeatId::parse(seat).is_some())
            && person.len() == 16
            && person.bytes().all(plain)
            && (1..=JTI_CHARS_MAX).contains(&self.jti.len())
            && self.iat >= 0
    }

    /// Whether this person may hold a line backstage, and hear what it chooses.
    pub fn runs_the_hall(&self) -> bool {
        matches!(self.role, Role::Owner | Role::Producer | Role::Host | Role::Moderator)
    }

    /// Whose line this would be at `/whip/{hall}/{place}`, or the code of the refusal.
    pub fn line_at(&self, place: &SeatId) -> Result<Who, &'static str> {
        if place.as_str() != BACKSTAGE {
            return self.may_speak_from(place.as_str()).map(|()| Who::Seat(place.clone()));
        }
        let person = PersonId::parse(&self.sub).filter(|_| self.runs_the_hall());
        person.map(Who::Backstage).ok_or("not_allowed")
    }

    /// Whether this person may send sound from `seat`.
    pub fn may_speak_from(&self, seat: &str) -> Result<(), &'static str> {
        match self.role {
            Role::Owner => Ok(()),
            Role::Host | Role::Moderator | Role::Speaker => match self.seat.as_deref() {
                Some(own) if own == seat => Ok(()),
                Some(_) => Err("seat_foreign"),
                None => Err("not_allowed"),
            },
            _ => Err("not_allowed"),
        }
    }
}

/// The claims of a good pass for `hall`, or the code of the refusal.
pub fn check_pass(
    token: &str,
    hall: Option<&str>,
    orders: &Orders,
    now: WallMs,
) -> Result<Claims, &'static str> {
    let claims = read(token, orders).ok_or("pass_invalid")?;
    let now_s = now.0 / 1000;
    if !claims.well_formed() || now_s < claims.iat - LEEWAY_S {
        return Err("pass_invalid");
    }
    if now_s >= holds_until_s(&claims, orders) {
        return Err("pass_expired");
    }
    if orders.revoked.contains(&claims.jti) {
        return Err("pass_revoked");
    }
    match hall {
        Some(hall) if claims.hall != "*" && claims.hall != hall => Err("pass_foreign"),
        _ => Ok(claims),
    }
}

/// When a pass runs out: later than it says where its hall was postponed.
pub fn holds_until_s(claims: &Claims, orders: &Orders) -> i64 {
    let hall = orders.halls.iter().find(|order| order.hall == claims.hall);
    match hall.and_then(|order| order.grace) {
        Some(grace) if claims.exp.saturating_mul(1000) >= grace.from_ms => {
            claims.exp.max(grace.until_ms / 1000)
        }
        _ => claims.exp,
    }
}

fn read(token: &str, orders: &Orders) -> Option<Claims> {
    if token.len() > PASS_BYTES_MAX {
        return None;
    }
    let header = decode_header(token).ok()?;
    if header.alg != Algorithm::EdDSA || header.typ.as_deref() != Some("JWT") {
        return None;
    }
    let kid = header.kid?;
    let key = orders.keys.iter().find(|key| key.kid == kid)?;
    let key = DecodingKey::from_ed_components(&key.x).ok()?;
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    decode::<Claims>(token, &key, &validation).ok().map(|read| read.claims)
}
