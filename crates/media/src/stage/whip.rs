//! WHIP without HTTP (RFC 9725): what a PATCH may say (RFC 8840), and which session of ICE it speaks to.
//!
//! What a line then does is the session's; status codes are in `spec/refusals.toml`.

use crate::flow::LineId;

/// More than any host has addresses.
const CANDIDATES_MAX: usize = 32;
const CANDIDATE_CHARS_MAX: usize = 400;

/// Which session of ICE a request speaks to: the header `If-Match`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Match {
    /// `*`: whichever stands; the client wants a new one.
    Any,
    /// One of these entity tags.
    Tags(Vec<String>),
}

impl Match {
    /// Read the value of `If-Match`; `None` where it is not one (RFC 9110, section 13.1.1).
    pub fn parse(value: &str) -> Option<Self> {
        if value.trim() == "*" {
            return Some(Self::Any);
        }
        let tags: Option<Vec<String>> = value.split(',').map(|tag| opaque(tag.trim())).collect();
        tags.map(Self::Tags)
    }

    pub fn fits(&self, tag: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Tags(tags) => tags.iter().any(|one| one == tag),
        }
    }
}

/// A strong tag without its quotes; weak ones never match.
fn opaque(tag: &str) -> Option<String> {
    let inner = tag.strip_prefix('"')?.strip_suffix('"')?;
    inner.bytes().all(|byte| byte > b' ' && byte != b'"' && byte != 0x7F).then(|| inner.to_owned())
}

/// The entity tag of a line's session of ICE; each restart makes a new one.
pub fn tag(line: LineId, restarts: u32) -> String {
    format!("{line}.{restarts}")
}

/// Credentials of one side of ICE (RFC 8839, section 5.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    pub ufrag: String,
    pub pwd: String,
}

impl Credentials {
    /// The first of each kind in a description; `None` where one is missing or malformed.
    pub fn find(text: &str) -> Option<Self> {
        let value = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        let ufrag = value("a=ice-ufrag:").filter(|text| ice_chars(text, 4))?;
        let pwd = value("a=ice-pwd:").filter(|text| ice_chars(text, 22))?;
        Some(Self { ufrag: ufrag.into(), pwd: pwd.into() })
    }
}

fn ice_chars(text: &str, least: usize) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/';
    (least..=256).contains(&text.len()) && text.bytes().all(plain)
}

/// The body of a PATCH.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fragment {
    pub credentials: Option<Credentials>,
    /// Values of `a=candidate`, beginning with the word `candidate:`.
    pub candidates: Vec<String>,
}

impl Fragment {
    /// Read an `application/trickle-ice-sdpfrag`; `Err` says what is wrong with it.
    pub fn parse(body: &[u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(body).map_err(|_| "it is not UTF-8")?;
        let mut candidates = Vec::new();
        for line in text.lines().map(str::trim_end).filter(|line| !line.is_empty()) {
            let Some((kind, value)) = line.split_once('=').filter(|(kind, _)| kind.len() == 1) else {
                return Err("a line is not of the form x=…".into());
            };
            if kind != "a" || !value.starts_with("candidate:") {
                continue;
            }
            if value.len() > CANDIDATE_CHARS_MAX || candidates.len() == CANDIDATES_MAX {
                return Err(format!(
                    "at most {CANDIDATES_MAX} candidates of {CANDIDATE_CHARS_MAX} characters"
                ));
            }
            candidates.push(value.to_owned());
        }
        let credentials = Credentials::find(text);
        if credentials.is_none() && (text.contains("a=ice-ufrag:") || text.contains("a=ice-pwd:")) {
            return Err("ice-ufrag and ice-pwd come together, of their lengths and letters".into());
        }
        Ok(Self { credentials, candidates })
    }
}

/// The same offer with other credentials and no candidates: what the client would offer to restart ICE.
pub fn offer_again(offer: &str, fresh: &Credentials) -> String {
    let renewed = |line: &str| match line {
        _ if line.starts_with("a=ice-ufrag:") => Some(format!("a=ice-ufrag:{}\r\n", fresh.ufrag)),
        _ if line.starts_with("a=ice-pwd:") => Some(format!("a=ice-pwd:{}\r\n", fresh.pwd)),
        _ if line.starts_with("a=candidate:") || line.starts_with("a=end-of-candidates") => None,
        _ => Some(format!("{line}\r\n")),
    };
    offer.lines().filter_map(renewed).collect()
}

/// What a client needs of an answer after a restart (RFC 9725, section 4.3.3).
pub fn restarted(answer: &str) -> String {
    const KEPT: [&str; 9] = [
        "a=ice-lite",
        "a=ice-options:",
        "a=group:BUNDLE",
        "m=",
        "a=mid:",
        "a=ice-ufrag:",
        "a=ice-pwd:",
        "a=candidate:",
        "a=end-of-candidates",
    ];
    let kept = |line: &&str| KEPT.iter().any(|name| line.starts_with(name));
    answer.lines().filter(kept).map(|line| format!("{line}\r\n")).collect()
}
