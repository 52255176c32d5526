//! Programme becomes Programme: what nobody says is filled with what was prepared.
//!
//! In: [`crate::flow::Programme`] frames in order, in every state of a hall. Out: those that the crowd gets, with the
//! opening, the pause and the closing announced, the room's tone where the stage is empty, and dead air told and covered.
//! Where there is an air delay, what is said waits for it, and can be taken out until it is heard.
//! Each sound stands where media time puts it, so that two stages play the same samples. No voices of its own, no files,
//! no clock.

mod cues;
#[cfg(test)]
mod cues_test;
mod delay;
mod fill;
#[cfg(test)]
mod fill_test;
mod layers;
#[cfg(test)]
mod layers_test;
mod plain;
mod quiet;
#[cfg(test)]
mod quiet_test;
mod sounds;
#[cfg(test)]
mod sounds_test;

pub use delay::{DelayOrder, Dump};
pub use fill::{Air, AirOrder, Input, Output};
pub use sounds::{Sound, Sounds};
