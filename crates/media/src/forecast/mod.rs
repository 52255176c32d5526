//! Whole evenings of a fleet in virtual time: the door's own admission, line, cadence and crush, before listeners that
//! are only numbers. What an edge costs is measured elsewhere and told; what comes out is a forecast, and says so.

mod chance;
mod evening;
#[cfg(test)]
mod evening_test;
mod house;
mod outcome;

pub use evening::{Evening, ForecastOrder};
pub use house::EdgeFigures;
pub use outcome::{Outcome, Second};
