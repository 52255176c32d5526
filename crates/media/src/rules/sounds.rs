//! Which prepared sounds an order names (`spec/node.md`).

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum SoundName {
    #[default]
    Nothing,
    /// The stage's own.
    BuiltIn,
    /// The file with this SHA-256, 64 digits in hex.
    File(String),
}

/// What is played where nobody speaks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SoundOrder {
    pub opening: SoundName,
    pub pause: SoundName,
    pub closing: SoundName,
    pub tone: SoundName,
}

impl From<String> for SoundName {
    fn from(mut text: String) -> Self {
        text.make_ascii_lowercase();
        let is_hash = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        match text.as_str() {
            "" => Self::Nothing,
            _ if is_hash => Self::File(text),
            // A name that no file can have is one that cannot be fetched: the stage's own stands in.
            _ => Self::BuiltIn,
        }
    }
}

impl From<SoundName> for String {
    fn from(name: SoundName) -> Self {
        match name {
            SoundName::Nothing => Self::new(),
            SoundName::BuiltIn => "built-in".into(),
            SoundName::File(hash) => hash,
        }
    }
}

impl SoundOrder {
    /// The files that are named, by their SHA-256.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        [&self.opening, &self.pause, &self.closing, &self.tone].into_iter().filter_map(|name| match name {
            SoundName::File(hash) => Some(hash.as_str()),
            _ => None,
        })
    }
}
