//! Opus, as much of it as the mixer, the programme and the crowd need.
//!
//! The one folder with unsafe code of ours: a thin safe face on libopus. It keeps no clock and no
//! policy; who conceals what is the mixer's choice.

mod file;
#[cfg(test)]
mod file_test;
mod opus;
#[cfg(test)]
mod opus_test;

pub use file::read_ogg;
pub use opus::{Decoder, Encoder, OpusFault, Quality, carries_copy, packet_samples};
