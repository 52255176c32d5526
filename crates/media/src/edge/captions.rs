//! A hall's captions as WebVTT, a text to a segment: one rule with `hustings/domain/captions/cues.py`, held to the
//! same vectors (`spec/live.md`, "Captions").
//!
//! Increments come in with the LL-HLS parts that carry them. No clock: a segment is written when its last part came.

use std::collections::VecDeque;
use std::fmt::Write;

use bytes::Bytes;

use crate::flow::Caption;
use crate::units::{LlNo, PART_SAMPLES, SEGMENT_LL_PARTS, SampleCount, SegmentNo};

const ROW_CHARS: usize = 37;
const ROWS: usize = 3;
/// 6 s, in parts: three rows can be read in that.
const HOLD_PARTS: u64 = 25;
const SEGMENT_PARTS: u64 = 4 * SEGMENT_LL_PARTS;
/// 90 kHz in a segment, and where their count begins anew (RFC 8216 section 3.5, ISO/IEC 13818-1).
const SEGMENT_TICKS: u64 = 432_000;
const TICKS_END: u64 = 1 << 33;

/// What is shown from one part up to, not with, another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cue {
    pub no: u64,
    pub start: u64,
    pub end: u64,
    pub rows: Vec<String>,
}

/// One hall's, from the first segment that is kept.
#[derive(Default)]
pub struct Captions {
    last: u64,
    /// Those that may still be seen in the segment that comes, the last of them as if nothing followed.
    cues: Vec<Cue>,
    written: VecDeque<Bytes>,
}

impl Captions {
    /// Take the captions of LL-HLS part `no`, which follows the one before; none where nobody has that part.
    pub fn handle(&mut self, no: LlNo, captions: &[Caption]) {
        for caption in captions {
            if caption.no > self.last {
                self.last = caption.no;
                self.show(caption);
            }
        }
        if no.index() == SEGMENT_LL_PARTS - 1 {
            self.write(no.segment());
        }
    }

    /// The text of the segment that is `place` after the first kept.
    pub fn segment(&self, place: u64) -> Option<&Bytes> {
        self.written.get(usize::try_from(place).ok()?)
    }

    /// The first that is kept is kept no longer.
    pub fn forget(&mut self) {
        self.written.pop_front();
    }

    fn show(&mut self, caption: &Caption) {
        let start = caption.part.0;
        let mut rows = Vec::new();
        if let Some(before) = self.cues.last_mut().filter(|before| start < before.end) {
            before.end = start;
            rows = before.rows.clone();
        }
        match rows.last_mut().filter(|row| fits(row, &caption.text)) {
            Some(row) => row.push_str(&caption.text),
            None => rows.push(caption.text.to_string()),
        }
        let rows = rows.split_off(rows.len().saturating_sub(ROWS));
        self.cues.push(Cue { no: caption.no, start, end: start + HOLD_PARTS, rows });
    }

    fn write(&mut self, segment: SegmentNo) {
        let begins = segment.0 * SEGMENT_PARTS;
        let ends = begins + SEGMENT_PARTS;
        let ticks = segment.0 * SEGMENT_TICKS % TICKS_END;
        let mut out = format!("WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:{ticks}\n");
        for cue in &self.cues {
            let (from, to) = (cue.start.max(begins), cue.end.min(ends));
            if from < to {
                let _ = write!(out, "\n{}\n{} --> {}\n", cue.no, time(from - begins), time(to - begins));
                cue.rows.iter().for_each(|row| line(&mut out, row));
            }
        }
        self.written.push_back(out.into());
        let last = self.cues.len().saturating_sub(1);
        self.cues.drain(..last);
    }

    #[cfg(test)]
    pub fn cues(&self) -> &[Cue] {
        &self.cues
    }
}

fn fits(row: &str, text: &str) -> bool {
    row.chars().count() + text.trim_end_matches(' ').chars().count() <= ROW_CHARS
}

/// A row as WebVTT: what would be markup, or end a cue, is text.
fn line(out: &mut String, row: &str) {
    for letter in row.trim_end_matches(' ').chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // No text of ours has a line break; another's must not end the cue.
            '\r' | '\n' => out.push(' '),
            letter => out.push(letter),
        }
    }
    out.push('\n');
}

fn time(parts: u64) -> String {
    let ms = SampleCount(parts as i64 * PART_SAMPLES).ms();
    format!("00:00:{:02}.{:03}", ms / 1000, ms % 1000)
}
