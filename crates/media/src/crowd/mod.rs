//! Synthetic ears and mouths: the same rules as the page's player and the studio, without a browser.
//!
//! [`Ear`] checks number, moment and bytes of every part, as a player with the page's buffer would need them and as
//! the others hear it ([`Score`]). [`Mouth`] is a WebRTC speaker. Neither owns a socket, a clock or a file.

mod answer;
mod ear;
#[cfg(test)]
mod ear_test;
mod kept;
mod mouth;
mod score;
mod tally;
#[cfg(test)]
mod tally_test;

pub use answer::refusal_in;
pub use ear::{Ear, EarCounts, Heard, Now};
pub use mouth::{Mouth, Said};
pub use score::Score;
pub use tally::Tally;
