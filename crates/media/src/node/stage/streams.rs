//! The sockets of speakers who come over TCP; who may stay is the core's ([`TcpDoor`]).

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{ErrorKind, Read, Write};
use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use mio::net::{TcpListener, TcpStream};
use mio::{Interest, Registry, Token};

use crate::node::start::CannotStart;
use crate::stage::tcp_door::{Input, Output, TcpDoor};

/// Newcomers, and reads of one connection, before others get a turn.
const ACCEPTS: usize = 16;
const READ_BYTES: usize = 16_384;
/// Kernel memory for what a speaker does not take; past it, datagrams are dropped.
const SEND_BUFFER_BYTES: usize = 32 * 1024;

struct Conn {
    token: Token,
    stream: TcpStream,
    local: IpAddr,
}

pub struct Streams {
    registry: Registry,
    listener: TcpListener,
    /// Tokens from here on are connections.
    first: usize,
    next: usize,
    door: TcpDoor,
    conns: HashMap<SocketAddr, Conn>,
    tokens: BTreeMap<usize, SocketAddr>,
    newcomers: bool,
    readable: BTreeSet<SocketAddr>,
    whole: Vec<Arrived>,
}

/// Where a datagram came from, the address of ours that it came to, and its bytes.
pub type Arrived = (SocketAddr, IpAddr, Vec<u8>);

impl Streams {
    /// Listen on `address`; `own` and all tokens above are used for it and its connections.
    pub fn bind(address: SocketAddr, registry: &Registry, own: Token) -> Result<Self, CannotStart> {
        let taken = |error| CannotStart(format!("TCP {address} cannot be used: {error}"));
        let mut listener = TcpListener::bind(address).map_err(taken)?;
        registry.register(&mut listener, own, Interest::READABLE)?;
        Ok(Self {
            registry: registry.try_clone()?,
            listener,
            first: own.0 + 1,
            next: own.0 + 1,
            door: TcpDoor::default(),
            conns: HashMap::new(),
            tokens: BTreeMap::new(),
            newcomers: false,
            readable: BTreeSet::new(),
            whole: Vec::new(),
        })
    }

    /// The kernel says that something can be done here.
    pub fn ready(&mut self, token: Token, now: Instant) {
        if token.0 < self.first {
            self.newcomers |= token.0 + 1 == self.first;
        } else if let Some(&peer) = self.tokens.get(&token.0) {
            self.readable.insert(peer);
            self.send(peer, now);
        }
    }

    /// Whether something was left for the next turn.
    pub fn busy(&self) -> bool {
        self.newcomers || !self.readable.is_empty()
    }

    pub fn deadline(&self) -> Option<Instant> {
        self.door.deadline()
    }

    /// A turn: newcomers, then a piece from everyone; gives the datagrams that are whole.
    pub fn turn(&mut self, now: Instant) -> Vec<Arrived> {
        if self.newcomers {
            self.accept(now);
        }
        for peer in std::mem::take(&mut self.readable) {
            self.read(peer, now);
        }
        self.door.handle(Input::Timeout, now);
        self.perform(now);
        std::mem::take(&mut self.whole)
    }

    /// A line took a check that came from there.
    pub fn prove(&mut self, peer: SocketAddr, now: Instant) {
        self.door.handle(Input::Proven(peer), now);
    }

    /// Send one datagram, or drop it where the other side does not keep up.
    pub fn post(&mut self, peer: SocketAddr, datagram: &[u8], now: Instant) {
        self.door.handle(Input::Send(peer, datagram), now);
        self.perform(now);
    }

    pub fn forget(&mut self, peer: SocketAddr, now: Instant) {
        self.door.handle(Input::Gone(peer), now);
        self.perform(now);
    }

    fn accept(&mut self, now: Instant) {
        for _ in 0..ACCEPTS {
            let Ok((mut stream, peer)) = self.listener.accept() else {
                self.newcomers = false;
                return;
            };
            let token = Token(self.next);
            self.next = if self.next == usize::MAX { self.first } else { self.next + 1 };
            let socket = socket2::SockRef::from(&stream);
            let _ = (stream.set_nodelay(true), socket.set_send_buffer_size(SEND_BUFFER_BYTES));
            let Ok(local) = stream.local_addr() else { continue };
            let interest = Interest::READABLE | Interest::WRITABLE;
            if self.registry.register(&mut stream, token, interest).is_ok() {
                let conn = Conn { token, stream, local: local.ip().to_canonical() };
                self.tokens.insert(token.0, peer);
                if let Some(before) = self.conns.insert(peer, conn) {
                    self.tokens.remove(&before.token.0);
                }
                self.door.handle(Input::Accepted(peer), now);
            }
        }
    }

    fn read(&mut self, peer: SocketAddr, now: Instant) {
        let Some(conn) = self.conns.get_mut(&peer) else { return };
        let mut buffer = [0_u8; READ_BYTES];
        match conn.stream.read(&mut buffer) {
            Ok(count) if count > 0 => {
                self.door.handle(Input::Received(peer, &buffer[..count]), now);
                self.readable.insert(peer);
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) if error.kind() == ErrorKind::Interrupted => drop(self.readable.insert(peer)),
            _ => self.door.handle(Input::Gone(peer), now),
        }
    }

    fn perform(&mut self, now: Instant) {
        while let Some(output) = self.door.poll() {
            match output {
                Output::Datagram(peer, bytes) => {
                    if let Some(conn) = self.conns.get(&peer) {
                        self.whole.push((peer, conn.local, bytes));
                    }
                }
                Output::Send(peer) => self.send(peer, now),
                Output::Close(peer, reason) => {
                    tracing::debug!(reason, "stage.stream_closed");
                    self.readable.remove(&peer);
                    if let Some(mut conn) = self.conns.remove(&peer) {
                        self.tokens.remove(&conn.token.0);
                        let _ = self.registry.deregister(&mut conn.stream);
                    }
                }
            }
        }
    }

    fn send(&mut self, peer: SocketAddr, now: Instant) {
        let Some(conn) = self.conns.get_mut(&peer) else { return };
        loop {
            let owed = self.door.owed(peer);
            if owed.is_empty() {
                return;
            }
            match conn.stream.write(owed) {
                Ok(count) if count > 0 => self.door.sent(peer, count),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(error) if error.kind() == ErrorKind::NotConnected => return,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                _ => break,
            }
        }
        self.door.handle(Input::Gone(peer), now);
    }
}
