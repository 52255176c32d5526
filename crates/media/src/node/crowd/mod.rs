//! A crowd process: synthetic speakers, each a thread; synthetic listeners, one loop for all.

mod board;
mod ears;
mod mouths;
mod place;
mod run;
mod sound;
mod visitors;
mod wire;

pub use run::run;
