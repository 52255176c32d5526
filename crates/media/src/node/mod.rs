//! Shells: the only folder with sockets, threads, files and a clock.
//!
//! Each waits, hands what came to a core, performs what the core says. When a shell grows an `if`, the `if`
//! belongs in the core.

pub mod clock;
mod crowd;
mod edge;
mod floor;
mod http;
mod link;
mod passes;
mod stage;
mod start;
mod stream_port;
mod thread;
mod tls;
mod worded;
#[cfg(test)]
mod worded_test;

pub use start::run;
