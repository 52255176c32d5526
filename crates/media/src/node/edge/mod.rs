//! An edge process: the stream port in a thread of its own, the page port with pages and HLS, its upstreams and its line to the desk.

mod door_loop;
mod fleet;
mod forward;
mod hls;
mod outlet;
mod page;
mod pages;
#[cfg(test)]
mod pages_test;
mod plain;
mod ring;
#[cfg(test)]
mod ring_test;
mod run;
mod upstream;

pub use run::run;
