//! The datagram socket between the stages of one machine: what comes in here goes out there, and the other way round.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::net::{SocketAddr, UdpSocket};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex};

use crate::flow::{Ask, HallId, LineId, Talk, Who};
use crate::node::clock::Clock;
use crate::node::start::CannotStart;
use crate::node::thread::{Urgency, spawn};
use crate::relay::{Counts, DATAGRAM_BYTES_MAX, Inward, Outward};

use super::mixing::ToMix;

/// What came from each of the other stages.
pub type Received = Arc<Mutex<BTreeMap<SocketAddr, Counts>>>;

pub struct Relay {
    socket: Option<UdpSocket>,
    peers: Vec<SocketAddr>,
    outward: Outward,
    received: Received,
}

impl Relay {
    /// No socket where there is nobody to send to.
    pub fn bind(address: SocketAddr, peers: Vec<SocketAddr>) -> Result<Self, CannotStart> {
        let open = || UdpSocket::bind(address);
        let socket = (!peers.is_empty()).then(open).transpose();
        let socket = socket.map_err(|error| CannotStart(format!("UDP {address} cannot be used: {error}")))?;
        Ok(Self { socket, peers, outward: Outward::default(), received: Received::default() })
    }

    pub fn counts(&self) -> Received {
        self.received.clone()
    }

    /// Hand what comes to the mix, in a thread of its own.
    pub fn receive(&self, clock: Clock, to_mix: SyncSender<ToMix>) -> Result<(), CannotStart> {
        let Some(socket) = &self.socket else { return Ok(()) };
        let (socket, peers, received) = (socket.try_clone()?, self.peers.clone(), self.received.clone());
        let listen = move || {
            let mut inwards: BTreeMap<SocketAddr, Inward> = BTreeMap::new();
            let mut buffer = [0_u8; DATAGRAM_BYTES_MAX];
            loop {
                match socket.recv_from(&mut buffer) {
                    // Nobody else on this machine can send from a port that is taken.
                    Ok((count, from)) if peers.contains(&from) => {
                        let inward = inwards.entry(from).or_default();
                        if let Ok(relayed) = inward.handle(&buffer[..count], clock.media()) {
                            let _ = to_mix.try_send(ToMix::Relayed(relayed));
                        }
                        if let Ok(mut told) = received.lock() {
                            told.insert(from, inward.counts());
                        }
                    }
                    Ok(_) => {}
                    // The other stage is not there just now.
                    Err(error) if error.kind() == ErrorKind::ConnectionRefused => {}
                    Err(error) => tracing::debug!(%error, "stage.relay_failed"),
                }
            }
        };
        spawn("relay", Urgency::Packets, listen)?;
        Ok(())
    }

    pub fn up(&mut self, line: LineId, who: Who) {
        self.outward.up(line, who);
    }

    pub fn down(&mut self, line: LineId) {
        self.outward.down(line);
    }

    pub fn ask(&mut self, line: LineId, ask: &Ask) {
        self.outward.ask(line, ask);
    }

    /// Pass a packet on to all other stages; one that is not there misses it.
    pub fn pass_on(&mut self, hall: &HallId, talk: &Talk) {
        let Some(socket) = &self.socket else { return };
        let Some(datagram) = self.outward.datagram(hall, talk) else { return };
        for peer in &self.peers {
            let _ = socket.send_to(&datagram, peer);
        }
    }
}
