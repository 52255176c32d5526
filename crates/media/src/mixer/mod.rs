//! Many Talk become one Programme, and a Return for each speaker (all but themselves).
//!
//! Two mixes with different patience: the return follows each line as closely as its jitter allows, the
//! programme runs a fixed window behind and is mixed by capture time. No network, no Opus boxes, no names;
//! time comes in as [`crate::units::MediaTime`].

mod bus;
mod gate;
#[cfg(test)]
mod gate_test;
mod line;
mod mix;
#[cfg(test)]
mod mix_test;
mod packets;
mod reader;
#[cfg(test)]
mod reader_test;
mod timing;
#[cfg(test)]
mod timing_test;
mod voice;
#[cfg(test)]
mod voice_test;

pub use mix::{Input, Mixer, Output};
