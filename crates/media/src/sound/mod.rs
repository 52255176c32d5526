//! Sound as numbers: read between its samples, weighed as an ear does, kept below a ceiling. No lines, no parts, no names.

mod between;
#[cfg(test)]
mod between_test;
mod ceiling;
#[cfg(test)]
mod ceiling_test;
mod ear;
#[cfg(test)]
mod ear_test;
mod suppress;
#[cfg(test)]
mod suppress_test;

#[cfg(test)]
pub use between::true_peak;
pub use between::{KEPT, Place, Span};
pub use ceiling::Ceiling;
pub use ear::{Ear, gated_lufs};
pub use suppress::Suppressor;
