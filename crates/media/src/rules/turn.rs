//! Relays for speakers whose network lets nothing else through (TURN, RFC 8656), and what they ask of whoever uses them.
//!
//! A relay and the stages have a secret in common; whoever has a seat gets a name that holds for some hours, and the password
//! that goes with it: what coturn calls `use-auth-secret`.

use std::fmt;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;

use crate::units::WallMs;

/// Longer than an evening.
const HOLDS_S: i64 = 12 * 3600;

#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Turn {
    /// As in RFC 7065: `turn:turn.example.org:3478?transport=udp`.
    pub urls: Vec<String>,
    pub secret: String,
}

impl fmt::Debug for Turn {
    fn fmt(&self, to: &mut fmt::Formatter) -> fmt::Result {
        write!(to, "Turn({:?})", self.urls)
    }
}

impl Turn {
    /// The relays, as values of `Link` (RFC 9725, section 4.6), for `person`.
    pub fn links(&self, person: &str, now: WallMs) -> Vec<String> {
        let name = format!("{}:{person}", now.0 / 1_000 + HOLDS_S);
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, self.secret.as_bytes());
        let password = BASE64_STANDARD.encode(hmac::sign(&key, name.as_bytes()));
        let link = |url: &String| {
            format!(
                "<{url}>; rel=\"ice-server\"; username=\"{name}\"; credential=\"{password}\"; credential-type=\"password\""
            )
        };
        self.urls.iter().map(link).collect()
    }
}
