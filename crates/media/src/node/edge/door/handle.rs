//! What goes to the stream port's thread from the rest of the process, and what it shows of itself.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;

use mio::Waker;
use rustls::ServerConfig;

use crate::edge::{Cadence, DoorCounts, FleetView, LineView};
use crate::flow::{HallId, Part};
use crate::units::PartNo;

use super::super::limits::Limits;
use super::outlet::Sending;

pub enum ToDoor {
    Part(HallId, Part),
    Kept(HallId, Vec<Part>),
    Fleet(Arc<FleetView>),
    Limits(Limits),
    Halls(Vec<HallId>),
}

/// What the page port may know of the stream port.
#[derive(Debug, Clone)]
pub struct View {
    pub halls: HashMap<HallId, Seen>,
    pub counts: DoorCounts,
    /// First packets of newcomers that the system left unanswered, because the queue before the door was full.
    pub unanswered: u64,
    /// What is free of each thing that may run out, by its name.
    pub headroom: Vec<(&'static str, f64)>,
    /// The share of the time in which there is nothing to do.
    pub idle: f64,
    pub line: LineView,
}

impl View {
    /// The least there is of anything.
    pub fn room(&self) -> f64 {
        self.headroom.iter().map(|(_, free)| *free).fold(1.0, f64::min)
    }
}

impl Default for View {
    fn default() -> Self {
        let (halls, counts, line) = (HashMap::new(), DoorCounts::default(), LineView::default());
        Self { halls, counts, unanswered: 0, headroom: Vec::new(), idle: 1.0, line }
    }
}

#[derive(Debug, Clone, Copy)]
pub struct Seen {
    pub listeners: usize,
    pub newest: Option<PartNo>,
}

#[derive(Clone)]
pub struct DoorHandle {
    pub(super) queue: SyncSender<ToDoor>,
    pub(super) waker: Arc<Waker>,
}

impl DoorHandle {
    /// Hand something to the door; false where it is full.
    pub fn send(&self, message: ToDoor) -> bool {
        let sent = self.queue.try_send(message).is_ok();
        let _ = self.waker.wake();
        sent
    }
}

/// What the stream port is to be.
pub struct DoorOrder {
    pub address: SocketAddr,
    pub tls: Option<Arc<ServerConfig>>,
    pub cadence: Cadence,
    pub sending: Sending,
    /// What the line carries, where that is known.
    pub uplink_bits_per_s: Option<f64>,
}
