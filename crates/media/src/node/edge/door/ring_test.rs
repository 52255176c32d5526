//! Waits for what the kernel does in its own time.
#![allow(clippy::disallowed_methods)]

use std::io::Read;
use std::net::{TcpListener, TcpStream};
use std::os::fd::AsRawFd;

use super::outlet::{Outlet, Sending};
use super::ring::Ring;

const BYTES: &[u8] = &[7; 1_500];

/// Both ends of so many connections, ours without waiting.
fn pairs(count: usize) -> Vec<(TcpStream, TcpStream)> {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let one = |_| {
        let theirs = TcpStream::connect(address).unwrap();
        let (ours, _) = listener.accept().unwrap();
        ours.set_nonblocking(true).unwrap();
        (ours, theirs)
    };
    (0..count).map(one).collect()
}

/// As one `send(2)` after the other would have it.
fn one_by_one(ours: &[&TcpStream]) -> Vec<i32> {
    use std::io::Write;
    let sent = |mut stream: &TcpStream| match stream.write(BYTES) {
        Ok(count) => count as i32,
        Err(error) => -error.raw_os_error().unwrap_or(libc::EIO),
    };
    ours.iter().map(|stream| sent(stream)).collect()
}

/// Until it stays full: the other side's window grows for a while.
fn fill(ours: &TcpStream) {
    while one_by_one(&[ours])[0] > 0 {
        while one_by_one(&[ours])[0] > 0 {}
        std::thread::sleep(std::time::Duration::from_millis(60));
    }
}

/// Four sockets: one with room, one that is full, one whose other side is gone, one with room.
fn mixed() -> Vec<(TcpStream, TcpStream)> {
    let mut four = pairs(4);
    fill(&four[1].0);
    let (ours, theirs) = four.remove(2);
    drop(theirs);
    // The first send is answered by a reset, so that the next one fails.
    let _ = one_by_one(&[&ours]);
    std::thread::sleep(std::time::Duration::from_millis(20));
    let spare = pairs(1).remove(0).1;
    four.insert(2, (ours, spare));
    four
}

#[test]
fn a_batch_gives_for_each_socket_what_a_send_would() {
    let mut ring = match Ring::open(16) {
        Ok(ring) => ring,
        // What the edge does then is the next test.
        Err(error) => return eprintln!("no io_uring here: {error}"),
    };
    let (batch, each) = (mixed(), mixed());
    for (id, (ours, _)) in batch.iter().enumerate() {
        ring.hold(id + 3, ours.as_raw_fd()).unwrap();
    }

    let mut took = Vec::new();
    ring.offer(&[3, 4, 5, 6], BYTES, &mut took).unwrap();

    let expected = one_by_one(&each.iter().map(|(ours, _)| ours).collect::<Vec<_>>());
    assert_eq!(took, expected);
    assert_eq!(took, [1_500, -libc::EAGAIN, -libc::EPIPE, 1_500]);
    let mut got = vec![0; 1_500];
    (&batch[3].1).read_exact(&mut got).unwrap();
    assert_eq!(got, BYTES);
}

#[test]
fn a_socket_that_is_released_closes() {
    let Ok(mut ring) = Ring::open(16) else { return eprintln!("no io_uring here") };
    let (ours, mut theirs) = pairs(1).remove(0);
    ring.hold(1, ours.as_raw_fd()).unwrap();

    ring.release(1);
    drop(ours);

    theirs.set_read_timeout(Some(std::time::Duration::from_secs(5))).unwrap();
    assert_eq!(theirs.read(&mut [0; 10]).unwrap(), 0);
}

#[test]
fn where_there_is_no_ring_sends_go_one_by_one() {
    assert!(matches!(Outlet::open(Sending::Epoll, 16), Outlet::OneByOne));
    // A table of more sockets than the process may have is refused, as by a system that grants no ring.
    let mut outlet = Outlet::open(Sending::Auto, 1 << 24);
    assert!(matches!(outlet, Outlet::OneByOne));
    assert!(!outlet.takes(0, 0));
}
