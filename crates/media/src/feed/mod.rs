//! The parts of one hall on their way: kept for half a minute, merged by number, whoever sent them.
//!
//! No sockets: the node listens to stages or edges upstream and hands in what came.

mod window;
#[cfg(test)]
mod window_test;

pub use window::{FRAMED_TAIL, Framed, KEPT_PARTS, Window};
