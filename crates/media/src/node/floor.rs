//! The floor: what it costs the kernel to hand one buffer to many sockets, and nothing else. Frozen: benchmarks hold
//! the edge against it, so it changes only where it is wrong.
//!
//! It throws away what is asked, keeps nothing of a listener but the socket, and lets go whoever is a byte behind.

use std::io::{Read, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::Request;
use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token, Waker};
use serde::Deserialize;

use crate::feed::{Framed, Window};
use crate::flow::Part;
use crate::program::{Splitter, StreamPiece, header};
use crate::units::PartNo;

use super::http::{Fault, pass_on};
use super::start::CannotStart;
use super::stream_port;
use super::thread::{Urgency, spawn};

const LISTENER: Token = Token(0);
const WAKE: Token = Token(1);
/// What the edge gives a newcomer at once.
const BUFFER_PARTS: u64 = 5;
const QUEUE: usize = 256;
const SILENT: Duration = Duration::from_secs(2);
const HEAD: &str =
    "HTTP/1.1 200 OK\r\nContent-Type: audio/mp4\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n";

/// `spec/processes.md`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FloorOrder {
    stream: SocketAddr,
    /// The stage it listens to.
    source: String,
    hall: String,
}

pub fn run(order: FloorOrder) -> Result<(), CannotStart> {
    let mut listeners = stream_port::open(order.stream)?;
    let poll = Poll::new()?;
    for listener in &mut listeners {
        poll.registry().register(listener, LISTENER, Interest::READABLE)?;
    }
    let waker = Arc::new(Waker::new(poll.registry(), WAKE)?);
    let (parts, inbox) = sync_channel(QUEUE);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    spawn("source", Urgency::Packets, move || {
        tokio::task::LocalSet::new().block_on(&runtime, async {
            loop {
                if let Err(error) = listen(&order, &parts, &waker).await {
                    tracing::info!(%error, "floor.source_broke");
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        });
    })?;
    serve(&listeners, poll, &inbox);
    Ok(())
}

/// Hand every part to every socket.
fn serve(listeners: &[TcpListener], mut poll: Poll, inbox: &Receiver<Part>) {
    let mut events = Events::with_capacity(64);
    let mut window = Window::default();
    let mut sockets: Vec<TcpStream> = Vec::new();
    let mut known = 0;
    loop {
        // Interrupted or not, what there is to do is looked for below.
        let _ = poll.poll(&mut events, None);
        while let Ok(part) = inbox.try_recv() {
            window.push(&part);
            let Some(framed) = window.at_or_after(part.no) else { continue };
            // What they asked for lies in the kernel's memory, which is measured.
            sockets[known..].iter_mut().for_each(|socket| drop(socket.read(&mut [0; 4_096])));
            sockets.retain_mut(|socket| is_sent(socket, &framed.chunk));
            known = sockets.len();
        }
        let accepted = |listener: &TcpListener| listener.accept().ok();
        while let Some((mut socket, _)) = listeners.iter().find_map(accepted) {
            if is_sent(&mut socket, &hello(&window)) {
                sockets.push(socket);
            }
        }
    }
}

/// What a newcomer is sent at once.
fn hello(window: &Window) -> Vec<u8> {
    let mut hello = HEAD.as_bytes().to_vec();
    hello.extend_from_slice(&Framed::new(PartNo(0), &header()).chunk);
    let mut next = window.start_for(BUFFER_PARTS);
    while let Some(framed) = next.and_then(|no| window.at_or_after(no)) {
        hello.extend_from_slice(&framed.chunk);
        next = Some(framed.no.next());
    }
    hello
}

fn is_sent(socket: &mut TcpStream, bytes: &[u8]) -> bool {
    matches!(socket.write(bytes), Ok(count) if count == bytes.len())
}

async fn listen(order: &FloorOrder, parts: &SyncSender<Part>, waker: &Waker) -> Result<(), Fault> {
    let request = Request::get(format!("/h/{}/live.mp4", order.hall))
        .header("Host", &order.source)
        .body(Full::new(Bytes::new()))?;
    let mut body = pass_on(&order.source, None, request, SILENT).await?.into_body();
    let mut splitter = Splitter::default();
    loop {
        let frame = tokio::time::timeout(SILENT, body.frame()).await?;
        let frame = frame.ok_or("the source ended")??;
        splitter.handle(frame.data_ref().map_or(&[], |bytes| &bytes[..]));
        while let Some(piece) = splitter.poll().map_err(|fault| fault.0)? {
            if let StreamPiece::Part(part) = piece {
                let _ = parts.try_send(part);
                waker.wake()?;
            }
        }
    }
}
