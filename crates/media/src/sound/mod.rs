//! Sound as numbers: read between its samples. No lines, no parts, no names.

mod between;
#[cfg(test)]
mod between_test;

pub use between::{KEPT, Place, Span};
