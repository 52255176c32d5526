//! How a sweep reaches its sockets: in batches through io_uring where there is one, else one by one.

use std::os::fd::RawFd;

use serde::Deserialize;

use crate::edge::ConnId;

use super::ring::Ring;

/// What an order may say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sending {
    /// io_uring where it is to be had.
    #[default]
    Auto,
    Epoll,
}

pub enum Outlet {
    OneByOne,
    Batches(Ring),
}

impl Outlet {
    /// To be opened by the thread that sends, to connections numbered below `conns`.
    pub fn open(sending: Sending, conns: usize) -> Self {
        if sending == Sending::Auto {
            match Ring::open(conns) {
                Ok(ring) => return Self::Batches(ring),
                Err(error) => tracing::info!(%error, "edge.io_uring_not_granted"),
            }
        }
        Self::OneByOne
    }

    /// Whether a connection may be in a batch.
    pub fn takes(&mut self, id: ConnId, socket: RawFd) -> bool {
        match self {
            Self::Batches(ring) => ring.hold(id, socket).is_ok(),
            Self::OneByOne => false,
        }
    }

    pub fn release(&mut self, id: ConnId) {
        if let Self::Batches(ring) = self {
            ring.release(id);
        }
    }

    /// Offer the same bytes to each connection of a batch: what `send(2)` would have given for each. One by one for
    /// good where the ring breaks.
    pub fn offer(&mut self, to: &[ConnId], bytes: &[u8], took: &mut Vec<i32>) {
        if let Self::Batches(ring) = self
            && let Err(error) = ring.offer(to, bytes, took)
        {
            tracing::error!(%error, "edge.io_uring_broke");
            *self = Self::OneByOne;
        }
    }
}
