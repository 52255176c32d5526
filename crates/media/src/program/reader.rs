//! A byte stream back into header and parts: for edges that listen to a stage or an edge, and for the crowd.
//!
//! Whatever comes in is untrusted: sizes are bounded, order is checked, nothing panics.

use bytes::{Bytes, BytesMut};

use crate::flow::{Caption, LlPart, Part};
use crate::units::{FRAME_SAMPLES, LL_SAMPLES, LlNo, PART_SAMPLES, PartNo};

use super::facts::{caption_in, facts_in};

/// No box of ours is larger; a peer that claims more is faulty.
const BOX_BYTES_MAX: usize = 64 * 1024;

/// The peer sent something that is not our stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadFault(pub &'static str);

/// What a stream is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StreamPiece {
    Header(Bytes),
    Part(Part),
    LlPart(LlPart),
    /// An `emsg` of an edge's own, between parts.
    Note(Bytes),
}

/// The grid a stream is cut on: parts with at most one message, notes between them; or LL-HLS parts, which carry
/// the messages of their four parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Grid {
    #[default]
    Parts,
    LlParts,
}

impl Grid {
    fn samples(self) -> u64 {
        match self {
            Self::Parts => PART_SAMPLES as u64,
            Self::LlParts => LL_SAMPLES as u64,
        }
    }

    fn piece(self, no: u64, bytes: Bytes) -> StreamPiece {
        match self {
            Self::Parts => StreamPiece::Part(Part { no: PartNo(no), bytes }),
            Self::LlParts => {
                let captions = captions_in(&bytes);
                StreamPiece::LlPart(LlPart { no: LlNo(no), bytes, captions })
            }
        }
    }
}

/// Cuts a stream, however its bytes arrive.
#[derive(Default)]
pub struct Splitter {
    grid: Grid,
    buffer: BytesMut,
    /// Boxes of the piece being gathered: total length so far, and whether its `moof` was seen.
    gathered: usize,
    has_moof: bool,
    has_message: bool,
    no: Option<u64>,
}

impl Splitter {
    pub fn on(grid: Grid) -> Self {
        Self { grid, ..Self::default() }
    }

    pub fn handle(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// Whether no piece has begun.
    pub fn is_empty(&self) -> bool {
        self.buffer.is_empty()
    }

    /// The next whole piece, if its bytes are here.
    pub fn poll(&mut self) -> Result<Option<StreamPiece>, ReadFault> {
        while let Some((kind, size)) = self.next_box()? {
            let body = &self.buffer[self.gathered + 8..self.gathered + size];
            match &kind {
                b"emsg" if self.has_message && !self.has_moof && self.grid == Grid::Parts => {
                    self.has_message = false;
                    return Ok(Some(StreamPiece::Note(self.cut(0))));
                }
                b"emsg" => self.has_message = true,
                b"moof" => {
                    self.no = Some(number(body, self.grid)?);
                    self.has_moof = true;
                }
                b"mdat" if self.has_moof => {
                    let no = self.no.ok_or(ReadFault("a part without a number"))?;
                    self.has_moof = false;
                    self.has_message = false;
                    return Ok(Some(self.grid.piece(no, self.cut(size))));
                }
                b"moov" => return Ok(Some(StreamPiece::Header(self.cut(size)))),
                b"ftyp" => {}
                _ => return Err(ReadFault("a box that is not of our stream")),
            }
            self.gathered += size;
        }
        Ok(None)
    }

    fn next_box(&self) -> Result<Option<([u8; 4], usize)>, ReadFault> {
        let Some(head) = self.buffer.get(self.gathered..self.gathered + 8) else {
            return Ok(None);
        };
        let size = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
        if !(8..=BOX_BYTES_MAX).contains(&size) || self.gathered > 4 * BOX_BYTES_MAX {
            return Err(ReadFault("a box of an impossible size"));
        }
        let whole = self.buffer.len() >= self.gathered + size;
        Ok(whole.then_some(([head[4], head[5], head[6], head[7]], size)))
    }

    fn cut(&mut self, last: usize) -> Bytes {
        let length = self.gathered + last;
        self.gathered = 0;
        self.buffer.split_to(length).freeze()
    }
}

/// The bodies of the boxes of one kind.
fn children<'a>(mut body: &'a [u8], kind: &'a [u8; 4]) -> impl Iterator<Item = &'a [u8]> {
    std::iter::from_fn(move || {
        while body.len() >= 8 {
            let size = u32::from_be_bytes([body[0], body[1], body[2], body[3]]) as usize;
            let whole = body.get(8..size)?;
            let found = &body[4..8] == kind;
            body = &body[size..];
            if found {
                return Some(whole);
            }
        }
        None
    })
}

fn child<'a>(body: &'a [u8], kind: &'a [u8; 4]) -> Option<&'a [u8]> {
    children(body, kind).next()
}

fn captions_in(part: &[u8]) -> Vec<Caption> {
    children(part, b"emsg").filter_map(caption_in).collect()
}

fn number(moof: &[u8], grid: Grid) -> Result<u64, ReadFault> {
    let time = child(moof, b"traf")
        .and_then(|traf| child(traf, b"tfdt"))
        .and_then(|tfdt| tfdt.get(..12))
        .filter(|tfdt| tfdt[0] == 1)
        .map(|tfdt| u64::from_be_bytes(tfdt[4..12].try_into().expect("eight bytes")))
        .ok_or(ReadFault("a part without a time"))?;
    if time % grid.samples() != 0 {
        return Err(ReadFault("a part off the grid"));
    }
    Ok(time / grid.samples())
}

/// A look inside one part: its packets and its facts.
pub struct PartView<'a> {
    pub packets: Vec<&'a [u8]>,
    /// The JSON of the timed facts, where there is any.
    pub facts: Option<&'a str>,
}

impl<'a> PartView<'a> {
    /// Read the packets and facts of `part`.
    pub fn read(part: &'a Part) -> Result<Self, ReadFault> {
        let bytes = &part.bytes[..];
        let moof = child(bytes, b"moof").ok_or(ReadFault("a part without moof"))?;
        let trun = child(moof, b"traf")
            .and_then(|traf| child(traf, b"trun"))
            .filter(|trun| trun.len() >= 12)
            .ok_or(ReadFault("a part without packets"))?;
        let mut sound = child(bytes, b"mdat").ok_or(ReadFault("a part without sound"))?;
        let mut packets = Vec::new();
        for size in trun[12..].chunks_exact(4) {
            let size = u32::from_be_bytes(size.try_into().expect("four bytes")) as usize;
            let packet = sound.get(..size).ok_or(ReadFault("a packet past the end"))?;
            sound = &sound[size..];
            packets.push(packet);
        }
        let facts = child(bytes, b"emsg").and_then(facts_in);
        Ok(Self { packets, facts })
    }

    /// The length of the sound in samples, if every packet is 20 ms.
    pub fn samples(&self) -> usize {
        self.packets.len() * FRAME_SAMPLES
    }
}
