//! What a synthetic speaker sends over: a UDP socket, or TCP connections with framed datagrams (RFC 4571).

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream, UdpSocket};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use str0m::net::Protocol;

use crate::node::thread::{Urgency, spawn};
use crate::stage::{Deframer, Outbox};

const DATAGRAM_BYTES_MAX: usize = 2_048;
/// Some seconds of the return.
const QUEUE: usize = 256;
const CONNECT_WITHIN: Duration = Duration::from_secs(1);
/// The port of an active candidate, which nobody connects to (RFC 6544, section 4.5).
const DISCARD: u16 = 9;

type Came = (Vec<u8>, SocketAddr);

pub struct Wire {
    pub local: SocketAddr,
    kind: Kind,
}

enum Kind {
    Udp(UdpSocket),
    Tcp { streams: HashMap<SocketAddr, Option<TcpStream>>, came: (SyncSender<Came>, Receiver<Came>) },
}

impl Wire {
    pub fn udp(local: IpAddr) -> Option<Self> {
        let socket = UdpSocket::bind((local, 0)).ok()?;
        Some(Self { local: socket.local_addr().ok()?, kind: Kind::Udp(socket) })
    }

    /// Connects when there is something to send.
    pub fn tcp(local: IpAddr) -> Self {
        let kind = Kind::Tcp { streams: HashMap::new(), came: sync_channel(QUEUE) };
        Self { local: (local, DISCARD).into(), kind }
    }

    pub fn proto(&self) -> Protocol {
        match self.kind {
            Kind::Udp(_) => Protocol::Udp,
            Kind::Tcp { .. } => Protocol::Tcp,
        }
    }

    /// The next datagram, if one comes in time.
    pub fn receive(&mut self, within: Duration) -> Option<Came> {
        match &self.kind {
            Kind::Udp(socket) => {
                let mut buffer = [0_u8; DATAGRAM_BYTES_MAX];
                let _ = socket.set_read_timeout(Some(within));
                let (count, source) = socket.recv_from(&mut buffer).ok()?;
                Some((buffer[..count].to_vec(), source))
            }
            Kind::Tcp { came, .. } => came.1.recv_timeout(within).ok(),
        }
    }

    pub fn send(&mut self, datagram: &[u8], to: SocketAddr) {
        match &mut self.kind {
            Kind::Udp(socket) => drop(socket.send_to(datagram, to)),
            Kind::Tcp { streams, came } => {
                let stream = streams.entry(to).or_insert_with(|| open(to, came.0.clone()));
                let mut frame = Outbox::default();
                frame.put(datagram);
                let sent = stream.as_mut().is_none_or(|stream| stream.write_all(frame.owed()).is_ok());
                if !sent {
                    streams.insert(to, None);
                }
            }
        }
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        if let Kind::Tcp { streams, .. } = &self.kind {
            for stream in streams.values().flatten() {
                let _ = stream.shutdown(std::net::Shutdown::Both);
            }
        }
    }
}

/// A connection whose datagrams go to `came`; its thread ends with it.
fn open(to: SocketAddr, came: SyncSender<Came>) -> Option<TcpStream> {
    let stream = TcpStream::connect_timeout(&to, CONNECT_WITHIN).ok()?;
    let _ = stream.set_nodelay(true);
    let mut reader = stream.try_clone().ok()?;
    let read = move || {
        let (mut deframer, mut buffer) = (Deframer::default(), [0_u8; DATAGRAM_BYTES_MAX]);
        while let Ok(count @ 1..) = reader.read(&mut buffer) {
            let Ok(datagrams) = deframer.handle(&buffer[..count]) else { return };
            for datagram in datagrams {
                let _ = came.try_send((datagram, to));
            }
        }
    };
    spawn("wire", Urgency::Packets, read).ok()?;
    Some(stream)
}
