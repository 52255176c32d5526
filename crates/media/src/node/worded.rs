//! hyper refuses what it cannot read with a bare status; here the answer gets the words of the table.
//!
//! Answers of our own always name a kind of content, so a bare one is told apart by its head alone.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use hyper::rt::{Read, ReadBufCursor, Write};

use crate::rules::refusal;

const BARE: [(&[u8], &str); 3] = [
    (b"HTTP/1.1 400 ", "request_unreadable"),
    (b"HTTP/1.1 414 ", "headers_too_large"),
    (b"HTTP/1.1 431 ", "headers_too_large"),
];

/// A connection whose bare refusals are worded.
pub struct Worded<C> {
    inner: C,
    /// What goes out in place of a bare refusal, and how much of it is gone.
    instead: Option<(Vec<u8>, usize)>,
}

impl<C> Worded<C> {
    pub fn new(inner: C) -> Self {
        Self { inner, instead: None }
    }
}

/// The whole answer for a bare refusal; `None` for any other bytes.
pub fn worded(bytes: &[u8]) -> Option<Vec<u8>> {
    let (_, code) = BARE.iter().find(|(status, _)| bytes.starts_with(status))?;
    let head = String::from_utf8_lossy(bytes).to_ascii_lowercase();
    if head.contains("content-type:") || !head.contains("content-length: 0\r\n") {
        return None;
    }
    let told = refusal(code, "it was refused before it was read whole");
    let head = format!(
        "HTTP/1.1 {} Refused\r\nContent-Type: application/problem+json\r\nContent-Length: {}\r\n\
         Cache-Control: no-store\r\nConnection: close\r\n\r\n",
        told.status,
        told.body.len()
    );
    Some([head.into_bytes(), told.body.into_bytes()].concat())
}

impl<C: Read + Unpin> Read for Worded<C> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(context, buffer)
    }
}

impl<C: Write + Unpin> Write for Worded<C> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        if this.instead.is_none() {
            this.instead = worded(bytes).map(|answer| (answer, 0));
        }
        let Some((answer, gone)) = &mut this.instead else {
            return Pin::new(&mut this.inner).poll_write(context, bytes);
        };
        while *gone < answer.len() {
            match ready!(Pin::new(&mut this.inner).poll_write(context, &answer[*gone..]))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                count => *gone += count,
            }
        }
        this.instead = None;
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}
