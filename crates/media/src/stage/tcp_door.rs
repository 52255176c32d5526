//! Who may hold a TCP connection to the speakers' port, without its sockets.
//!
//! A connection is a stranger's until a STUN check over it was found good by a line ([`Input::Proven`]); until then it
//! has few bytes and little time. A connection is named by the address of its other end.

use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::time::{Duration, Instant};

use super::framing::{Deframer, Outbox};

/// All connections of one stage.
const CONNS_MAX: usize = 512;
/// From one address, or one /64 of IPv6: a room of speakers behind one translator fits.
const PER_SOURCE_MAX: usize = 64;
/// Of these, not yet proven.
const STRANGERS_PER_SOURCE_MAX: usize = 16;
/// All that are not yet proven.
const STRANGERS_MAX: usize = 128;
/// A browser sends some checks of a hundred bytes before one is answered.
const STRANGER_BYTES_MAX: usize = 4_096;
const PROVEN_WITHIN: Duration = Duration::from_secs(10);

pub enum Input<'a> {
    Accepted(SocketAddr),
    Received(SocketAddr, &'a [u8]),
    /// A line took a STUN check that came this way.
    Proven(SocketAddr),
    Send(SocketAddr, &'a [u8]),
    /// The connection broke, or the line it belonged to ended.
    Gone(SocketAddr),
    /// Nothing but the time: call when [`TcpDoor::deadline`] is reached.
    Timeout,
}

#[derive(Debug, PartialEq, Eq)]
pub enum Output {
    Datagram(SocketAddr, Vec<u8>),
    /// There is something to send.
    Send(SocketAddr),
    /// Close this connection; the reason is for the log.
    Close(SocketAddr, &'static str),
}

struct Conn {
    deframer: Deframer,
    outbox: Outbox,
    proven: bool,
    bytes: usize,
    give_up: Instant,
}

#[derive(Default)]
pub struct TcpDoor {
    conns: BTreeMap<SocketAddr, Conn>,
    outputs: VecDeque<Output>,
}

impl TcpDoor {
    pub fn handle(&mut self, input: Input, now: Instant) {
        match input {
            Input::Accepted(peer) => self.accept(peer, now),
            Input::Received(peer, bytes) => self.read(peer, bytes),
            Input::Proven(peer) => {
                if let Some(conn) = self.conns.get_mut(&peer) {
                    conn.proven = true;
                }
            }
            Input::Send(peer, datagram) => {
                if self.conns.get_mut(&peer).is_some_and(|conn| conn.outbox.put(datagram)) {
                    self.outputs.push_back(Output::Send(peer));
                }
            }
            Input::Gone(peer) => self.close(peer, "gone"),
            Input::Timeout => self.let_strangers_go(now),
        }
    }

    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    pub fn deadline(&self) -> Option<Instant> {
        self.conns.values().filter(|conn| !conn.proven).map(|conn| conn.give_up).min()
    }

    /// What to send next on this connection; empty where nothing is owed.
    pub fn owed(&self, peer: SocketAddr) -> &[u8] {
        self.conns.get(&peer).map_or(&[], |conn| conn.outbox.owed())
    }

    /// The kernel took `count` bytes of it.
    pub fn sent(&mut self, peer: SocketAddr, count: usize) {
        if let Some(conn) = self.conns.get_mut(&peer) {
            conn.outbox.sent(count);
        }
    }

    fn accept(&mut self, peer: SocketAddr, now: Instant) {
        let from = source(peer.ip());
        let same = self.conns.iter().filter(|(other, _)| source(other.ip()) == from);
        let (mut all, mut strangers) = (0, 0);
        for (_, conn) in same {
            all += 1;
            strangers += usize::from(!conn.proven);
        }
        let every_stranger = self.conns.values().filter(|conn| !conn.proven).count();
        let full = self.conns.len() >= CONNS_MAX
            || all >= PER_SOURCE_MAX
            || strangers >= STRANGERS_PER_SOURCE_MAX
            || every_stranger >= STRANGERS_MAX;
        if full {
            self.outputs.push_back(Output::Close(peer, "full"));
            return;
        }
        let conn = Conn {
            deframer: Deframer::default(),
            outbox: Outbox::default(),
            proven: false,
            bytes: 0,
            give_up: now + PROVEN_WITHIN,
        };
        self.conns.insert(peer, conn);
    }

    fn read(&mut self, peer: SocketAddr, bytes: &[u8]) {
        let Some(conn) = self.conns.get_mut(&peer) else { return };
        if !conn.proven {
            conn.bytes += bytes.len();
            if conn.bytes > STRANGER_BYTES_MAX {
                return self.close(peer, "unproven");
            }
        }
        let Ok(datagrams) = conn.deframer.handle(bytes) else {
            return self.close(peer, "unframed");
        };
        // RFC 7983: 0 to 3 begins STUN; a stranger has nothing else to say.
        let strange = |datagram: &Vec<u8>| datagram[0] > 3;
        if !conn.proven && datagrams.first().is_some_and(strange) {
            return self.close(peer, "unproven");
        }
        self.outputs.extend(datagrams.into_iter().map(|datagram| Output::Datagram(peer, datagram)));
    }

    fn let_strangers_go(&mut self, now: Instant) {
        let late = |conn: &Conn| !conn.proven && conn.give_up <= now;
        let gone: Vec<SocketAddr> =
            self.conns.iter().filter(|(_, conn)| late(conn)).map(|(&peer, _)| peer).collect();
        for peer in gone {
            self.close(peer, "unproven");
        }
    }

    fn close(&mut self, peer: SocketAddr, reason: &'static str) {
        if self.conns.remove(&peer).is_some() {
            self.outputs.push_back(Output::Close(peer, reason));
        }
    }
}

/// What counts as one source: an address, or the /64 that one host of IPv6 has to itself.
fn source(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(_) => ip,
        IpAddr::V6(ip) => Ipv6Addr::from(u128::from(ip) >> 64 << 64).into(),
    }
}
