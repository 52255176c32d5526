//! A speaker's packets become Talk.
//!
//! WebRTC over str0m, many speakers on one socket that the shell owns. What a packet sounds like, and who hears it,
//! is the mixer's; who may come is in the orders. No clock, no socket, no names of people.

mod framing;
#[cfg(test)]
mod framing_test;
#[cfg(test)]
mod losses_test;
mod notes;
#[cfg(test)]
mod notes_test;
#[cfg(test)]
mod offers_test;
#[cfg(test)]
mod peers_test;
mod repair;
#[cfg(test)]
mod repair_test;
mod session;
mod stage_core;
#[cfg(test)]
mod stage_test;
pub mod tcp_door;
#[cfg(test)]
mod tcp_door_test;
pub mod whip;
#[cfg(test)]
mod whip_test;

pub use framing::{Deframer, FRAME_BYTES_MAX, Outbox};
pub use session::{Now, Way};
pub use stage_core::{
    Input, LineEnd, LinePlace, Offer, Output, Patch, Patched, Refusal, Stage, StageSettings,
};
