//! Synthetic ears and mouths: the same rules as the page's player and the studio, without a browser.
//!
//! [`Ear`] checks number and moment of every part as a player with the page's buffer would need them. [`Mouth`]
//! is a WebRTC speaker. Neither owns a socket, a clock or a file.

mod ear;
#[cfg(test)]
mod ear_test;
mod mouth;

pub use ear::{Ear, EarCounts};
pub use mouth::{Mouth, Said};
