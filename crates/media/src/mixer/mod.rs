//! Many Talk become one Programme, and a Return for each speaker (all but themselves).
//!
//! Two mixes with different patience: the return follows each line as closely as its jitter allows, the
//! programme runs a fixed window behind and is mixed by capture time. A seat may be carried by several lines, its own and
//! copies from other stages; one of them is heard. What was lost is mixed again later, for the
//! recording. Seats off air are in the green room; lines backstage are in no programme. No network, no Opus boxes, no names;
//! time comes in as [`crate::units::MediaTime`].

mod bus;
#[cfg(test)]
mod copies_test;
mod floor;
#[cfg(test)]
mod green_room_test;
mod late;
#[cfg(test)]
mod late_test;
mod levels;
#[cfg(test)]
mod levels_test;
mod line;
mod mix;
#[cfg(test)]
mod mix_test;
mod pick;
#[cfg(test)]
mod pick_test;
mod returns;
mod speech;
mod talk_time;
#[cfg(test)]
mod talk_time_test;

pub use mix::{Input, Mixer, Output};
