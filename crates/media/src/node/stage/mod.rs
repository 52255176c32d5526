//! A stage process: the network thread, the mixing thread, the cutting thread, and HTTP for edges.

mod doorway;
mod feeds;
mod mixing;
mod network;
mod relay;
mod run;
mod sounds;
mod streams;
mod tally;
mod tell;

pub use run::run;
