//! Programme becomes Part: Opus, the grid, boxes.
//!
//! In: [`crate::flow::Programme`] frames in order. Out: [`crate::flow::Part`]. No clock, no sockets, no opinion about
//! who is heard. The header is the same for every hall, so any node can make it.

mod boxes;
#[cfg(test)]
mod boxes_test;
mod captions;
#[cfg(test)]
mod captions_test;
mod cutter;
#[cfg(test)]
mod cutter_test;
mod facts;
#[cfg(test)]
mod facts_test;
mod mender;
#[cfg(test)]
mod mender_test;
mod reader;
#[cfg(test)]
mod reader_test;
#[cfg(test)]
mod seam_test;

pub use boxes::{header, part_bytes};
pub use cutter::Cutter;
pub use mender::Mender;
pub use reader::{Grid, PartView, ReadFault, Splitter, StreamPiece};
