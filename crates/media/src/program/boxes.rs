//! CMAF boxes for one Opus track, written by hand because they are the product.
//!
//! ISO/IEC 14496-12 (boxes), 23000-19 (CMAF chunks), "Encapsulation of Opus in ISOBMFF" 0.8.1,
//! `emsg` of `https://aomedia.org/emsg/ID3`. All numbers big-endian; timescale 48,000.

use bytes::Bytes;

use crate::flow::Facts;
use crate::units::{FRAME_SAMPLES, PART_SAMPLES, PartNo, SAMPLE_RATE_HZ};

use super::facts::{facts_json, id3_tag};

const EMSG_SCHEME: &[u8] = b"https://aomedia.org/emsg/ID3\0";
const TRACK_ID: u32 = 1;
const UNITY_MATRIX: [u32; 9] = [0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x4000_0000];

struct Writer(Vec<u8>);

impl Writer {
    fn boxed(&mut self, kind: &[u8; 4], body: impl FnOnce(&mut Self)) {
        let start = self.0.len();
        self.u32(0);
        self.0.extend_from_slice(kind);
        body(self);
        let size = u32::try_from(self.0.len() - start).expect("a box is far below 4 GiB");
        self.0[start..start + 4].copy_from_slice(&size.to_be_bytes());
    }

    fn full(&mut self, kind: &[u8; 4], version_flags: u32, body: impl FnOnce(&mut Self)) {
        self.boxed(kind, |w| {
            w.u32(version_flags);
            body(w);
        });
    }

    fn u16(&mut self, value: u16) {
        self.0.extend_from_slice(&value.to_be_bytes());
    }

    fn u32(&mut self, value: u32) {
        self.0.extend_from_slice(&value.to_be_bytes());
    }

    fn u64(&mut self, value: u64) {
        self.0.extend_from_slice(&value.to_be_bytes());
    }

    fn raw(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    fn zeros(&mut self, count: usize) {
        self.0.resize(self.0.len() + count, 0);
    }
}

/// `ftyp` and `moov`: what stands before the first part of every stream.
pub fn header() -> Bytes {
    let mut w = Writer(Vec::with_capacity(700));
    w.boxed(b"ftyp", |w| {
        w.raw(b"iso6");
        w.u32(0);
        w.raw(b"iso6cmfcmp41");
    });
    w.boxed(b"moov", |w| {
        w.full(b"mvhd", 0, |w| {
            w.zeros(8);
            w.u32(SAMPLE_RATE_HZ as u32);
            w.u32(0);
            w.u32(0x0001_0000);
            w.u16(0x0100);
            w.zeros(10);
            UNITY_MATRIX.iter().for_each(|&value| w.u32(value));
            w.zeros(24);
            w.u32(TRACK_ID + 1);
        });
        w.boxed(b"trak", track);
        w.boxed(b"mvex", |w| {
            w.full(b"trex", 0, |w| {
                for value in [TRACK_ID, 1, FRAME_SAMPLES as u32, 0, 0] {
                    w.u32(value);
                }
            });
        });
    });
    w.0.into()
}

fn track(w: &mut Writer) {
    w.full(b"tkhd", 7, |w| {
        w.zeros(8);
        w.u32(TRACK_ID);
        w.zeros(8 + 8);
        w.u16(0);
        w.u16(1);
        w.u16(0x0100);
        w.u16(0);
        UNITY_MATRIX.iter().for_each(|&value| w.u32(value));
        w.zeros(8);
    });
    w.boxed(b"mdia", |w| {
        w.full(b"mdhd", 0, |w| {
            w.zeros(8);
            w.u32(SAMPLE_RATE_HZ as u32);
            w.u32(0);
            w.u16(0x55c4);
            w.u16(0);
        });
        w.full(b"hdlr", 0, |w| {
            w.u32(0);
            w.raw(b"soun");
            w.zeros(12);
            w.raw(b"programme\0");
        });
        w.boxed(b"minf", |w| {
            w.full(b"smhd", 0, |w| w.zeros(4));
            w.boxed(b"dinf", |w| {
                w.full(b"dref", 0, |w| {
                    w.u32(1);
                    w.full(b"url ", 1, |_| ());
                });
            });
            w.boxed(b"stbl", sample_table);
        });
    });
}

fn sample_table(w: &mut Writer) {
    w.full(b"stsd", 0, |w| {
        w.u32(1);
        w.boxed(b"Opus", |w| {
            w.zeros(6);
            w.u16(1);
            w.zeros(8);
            w.u16(1);
            w.u16(16);
            w.zeros(4);
            w.u32((SAMPLE_RATE_HZ as u32) << 16);
            w.boxed(b"dOps", |w| {
                w.raw(&[0, 1]);
                // No pre-skip: the cutter takes the encoder's delay off the times instead.
                w.u16(0);
                w.u32(SAMPLE_RATE_HZ as u32);
                w.raw(&[0, 0, 0]);
            });
        });
    });
    for kind in [b"stts", b"stsc", b"stco"] {
        w.full(kind, 0, |w| w.u32(0));
    }
    w.full(b"stsz", 0, |w| w.zeros(8));
}

/// One part: facts, then the chunk of `packets` (20 ms each).
pub fn part_bytes(no: PartNo, facts: &Facts, packets: &[Vec<u8>]) -> Bytes {
    let sound: usize = packets.iter().map(Vec::len).sum();
    let mut w = Writer(Vec::with_capacity(sound + 512));
    event_message(&mut w, no, &id3_tag(&facts_json(facts)));
    let chunk = w.0.len();
    let mut data_offset_at = 0;
    w.boxed(b"moof", |w| {
        w.full(b"mfhd", 0, |w| w.u32(no.0 as u32));
        w.boxed(b"traf", |w| {
            w.full(b"tfhd", 0x02_0000, |w| w.u32(TRACK_ID));
            w.full(b"tfdt", 0x0100_0000, |w| w.u64(no.0 * PART_SAMPLES as u64));
            w.full(b"trun", 0x0201, |w| {
                w.u32(packets.len() as u32);
                data_offset_at = w.0.len();
                w.u32(0);
                packets.iter().for_each(|packet| w.u32(packet.len() as u32));
            });
        });
    });
    let data_offset = (w.0.len() - chunk + 8) as u32;
    w.0[data_offset_at..data_offset_at + 4].copy_from_slice(&data_offset.to_be_bytes());
    w.boxed(b"mdat", |w| packets.iter().for_each(|packet| w.raw(packet)));
    w.0.into()
}

fn event_message(w: &mut Writer, no: PartNo, message: &[u8]) {
    w.full(b"emsg", 0x0100_0000, |w| {
        w.u32(SAMPLE_RATE_HZ as u32);
        w.u64(no.0 * PART_SAMPLES as u64);
        w.u32(PART_SAMPLES as u32);
        w.u32(no.0 as u32);
        w.raw(EMSG_SCHEME);
        w.raw(b"\0");
        w.raw(message);
    });
}
