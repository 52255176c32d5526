//! Many Talk become one Programme, and a Return for each speaker (all but themselves).
//!
//! Two mixes with different patience: the return follows each line as closely as its jitter allows, the
//! programme runs a fixed window behind and is mixed by capture time. A seat may be carried by several lines, its own and
//! copies from other stages; one of them is heard. No network, no Opus boxes, no names;
//! time comes in as [`crate::units::MediaTime`].

mod bus;
#[cfg(test)]
mod copies_test;
mod gate;
#[cfg(test)]
mod gate_test;
mod line;
mod mix;
#[cfg(test)]
mod mix_test;
mod pick;
#[cfg(test)]
mod pick_test;

pub use mix::{Input, Mixer, Output};
