//! What one stage passes on to the others: every packet of its own lines, in datagrams.
//!
//! Lossy by design: a datagram that does not come is counted, and the seat has its own line to be heard from. No sockets,
//! no sound, nobody's name.

mod inward;
mod outward;
#[cfg(test)]
mod relay_test;

pub use inward::{Counts, Inward, Unread};
pub use outward::{DATAGRAM_BYTES_MAX, Outward};
