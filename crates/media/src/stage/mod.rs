//! A speaker's packets become Talk.
//!
//! WebRTC over str0m, many speakers on one socket that the shell owns. What a packet sounds like, and who hears it,
//! is the mixer's; who may come is in the orders. No clock, no socket, no names of people.

mod session;
mod stage_core;
#[cfg(test)]
mod peers_test;
#[cfg(test)]
mod stage_test;

pub use session::Now;
pub use stage_core::{Input, LineEnd, LinePlace, Offer, Output, Stage, StageSettings};
