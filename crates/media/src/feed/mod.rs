//! The parts of one hall on their way: one source chosen of several, kept for half a minute by number.
//!
//! No sockets: the node listens to stages or edges upstream and hands in what came.

mod choice;
#[cfg(test)]
mod choice_test;
mod window;
#[cfg(test)]
mod window_test;

pub use choice::{Choice, Input};
pub use window::{FRAMED_TAIL, Framed, KEPT_PARTS, Window};
