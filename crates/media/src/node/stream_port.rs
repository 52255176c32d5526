//! The sockets of a stream port, the same for the edge and for what it is held against.
#![allow(unsafe_code)]

use std::net::SocketAddr;
use std::os::fd::AsRawFd;

use mio::net::TcpListener;
use socket2::{Domain, Socket, Type};

use super::start::CannotStart;

/// The system cuts each at `net.core.somaxconn`, 4,096 as it comes: several take a crowd that comes at once.
const BACKLOGS: usize = 4;
const BACKLOG: i32 = 4_096;
/// Kernel memory for one listener's unsent sound: some seconds.
const SEND_BUFFER_BYTES: usize = 32 * 1024;
/// A stream of some kbit/s is never limited by its window: what paces and measures bandwidth costs a timer a packet.
const CONGESTION: &[u8] = b"reno";

/// Several sockets on one port, as several processes may have it; what is set here, connections inherit.
pub fn open(address: SocketAddr) -> Result<Vec<TcpListener>, CannotStart> {
    let taken = |error: std::io::Error| CannotStart(format!("{address} cannot be used: {error}"));
    let one = || {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM.nonblocking(), None)?;
        socket.set_reuse_address(true)?;
        socket.set_reuse_port(true)?;
        socket.set_send_buffer_size(SEND_BUFFER_BYTES)?;
        socket.set_tcp_nodelay(true)?;
        // A system without it has another that does.
        let _ = socket.set_tcp_congestion(CONGESTION);
        socket.bind(&address.into())?;
        socket.listen(BACKLOG)?;
        Ok(TcpListener::from_std(socket.into()))
    };
    (0..BACKLOGS).map(|_| one().map_err(taken)).collect()
}

/// How many first packets of newcomers, and last ones of greetings, the system has left unanswered at this socket.
pub fn unanswered(listener: &TcpListener) -> u64 {
    /// `SK_MEMINFO_DROPS` and all before it (linux/sock_diag.h).
    const WORDS: usize = 9;
    let mut told = [0_u32; WORDS];
    let mut bytes = size_of_val(&told) as libc::socklen_t;
    // SAFETY: `told` takes as many bytes as are offered.
    let got = unsafe {
        let to = told.as_mut_ptr().cast();
        libc::getsockopt(listener.as_raw_fd(), libc::SOL_SOCKET, libc::SO_MEMINFO, to, &raw mut bytes)
    };
    if got == 0 { u64::from(told[WORDS - 1]) } else { 0 }
}

/// How many bytes of a connection have not been acknowledged, sent or not (tcp(7), `SIOCOUTQ`).
pub fn unthanked(socket: &impl AsRawFd) -> usize {
    let mut bytes: libc::c_int = 0;
    // SAFETY: the call writes one number, to `bytes`.
    let got = unsafe { libc::ioctl(socket.as_raw_fd(), libc::TIOCOUTQ, &raw mut bytes) };
    if got == 0 { usize::try_from(bytes).unwrap_or(0) } else { 0 }
}
