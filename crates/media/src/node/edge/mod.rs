//! An edge process: the stream port in a thread of its own, the page port with pages and HLS, its upstreams and its line to the desk.

mod door;
mod fleet;
mod forward;
mod hls;
mod limits;
mod page;
mod pages;
#[cfg(test)]
mod pages_test;
mod plain;
mod run;
mod upstream;

pub use run::run;
