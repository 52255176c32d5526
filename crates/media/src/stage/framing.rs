//! Datagrams on a TCP connection: two bytes of length before each (RFC 4571, as ICE-TCP uses it).

use std::collections::VecDeque;

/// No datagram of WebRTC is larger than a jumbo frame.
pub const FRAME_BYTES_MAX: usize = 9_000;

/// The other side announced a frame that nobody sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrameTooLong;

/// Bytes as they come in, datagrams out; holds less than one frame between calls.
#[derive(Debug, Default)]
pub struct Deframer {
    partial: Vec<u8>,
}

impl Deframer {
    /// Take bytes; gives the datagrams that are whole now. Empty frames only keep a connection open.
    pub fn handle(&mut self, bytes: &[u8]) -> Result<Vec<Vec<u8>>, FrameTooLong> {
        self.partial.extend_from_slice(bytes);
        let mut whole = Vec::new();
        let mut at = 0;
        while let Some(&[high, low]) = self.partial.get(at..at + 2) {
            let length = usize::from(u16::from_be_bytes([high, low]));
            if length > FRAME_BYTES_MAX {
                self.partial = Vec::new();
                return Err(FrameTooLong);
            }
            let Some(frame) = self.partial.get(at + 2..at + 2 + length) else { break };
            if !frame.is_empty() {
                whole.push(frame.to_vec());
            }
            at += 2 + length;
        }
        self.partial.drain(..at);
        Ok(whole)
    }

    /// Bytes of a frame that is not whole.
    pub fn held(&self) -> usize {
        self.partial.len()
    }
}

/// Frames on their way out: each is sent whole or not at all.
#[derive(Debug, Default)]
pub struct Outbox {
    bytes: VecDeque<u8>,
}

impl Outbox {
    /// Half a second of the return: a connection that is further behind loses datagrams, as on UDP.
    pub const BYTES_MAX: usize = 32 * 1024;

    /// Queue one datagram; false where it was dropped.
    pub fn put(&mut self, datagram: &[u8]) -> bool {
        let fits =
            datagram.len() <= FRAME_BYTES_MAX && self.bytes.len() + 2 + datagram.len() <= Self::BYTES_MAX;
        if fits {
            self.bytes.extend((datagram.len() as u16).to_be_bytes());
            self.bytes.extend(datagram);
        }
        fits
    }

    /// What to send next; empty where nothing is owed.
    pub fn owed(&self) -> &[u8] {
        self.bytes.as_slices().0
    }

    /// The kernel took `count` bytes.
    pub fn sent(&mut self, count: usize) {
        self.bytes.drain(..count.min(self.bytes.len()));
    }
}
