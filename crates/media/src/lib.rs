//! The media plane of hustings: what happens every 20 milliseconds, or once per listener.
//!
//! `mic ─RTP─▶ stage ─Talk─▶ mixer ─Programme─▶ program ─Part─▶ feed ─Part─▶ edge ─HTTP─▶ ear`
//!
//! [`flow`] defines the arrows, the folders define the boxes, in this order; the boxes know [`flow`], [`units`], [`sound`],
//! [`codec`] and [`rules`], never each other, and hold no socket, thread or clock. [`node`] is the only folder that does.
//! Every core has one shape: `handle(input, now)` in, `poll()` out until empty, `deadline()` says when to come back.

pub mod codec;
pub mod flow;
pub mod level;
pub mod rules;
pub mod sound;
pub mod units;

#[cfg(test)]
mod testing;

pub mod stage;

pub mod relay;

pub mod mixer;

pub mod air;

pub mod program;

pub mod feed;

pub mod edge;

pub mod forecast;

pub mod crowd;

pub mod node;
