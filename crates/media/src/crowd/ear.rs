//! One synthetic listener: a player's buffer, and what it would have missed.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::program::{ReadFault, StreamPiece};
use crate::units::{MediaTime, PART_MS, PartNo, SampleCount};

use super::answer::{Body, Told, read_head};
use super::score::Score;

/// What one ear counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EarCounts {
    pub parts: u64,
    /// Parts absent at the moment they were due.
    pub missed: u64,
    pub doubled: u64,
}

/// A moment: on the monotonic clock, and in media time.
#[derive(Debug, Clone, Copy)]
pub struct Now {
    pub instant: Instant,
    pub media: MediaTime,
}

/// A part as it came: its number, and how old its first sample was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    pub no: PartNo,
    pub age: SampleCount,
    /// Part of what a newcomer is given at once to have in hand, old by intent.
    pub at_once: bool,
}

enum Reading {
    /// The head of the answer so far.
    Head(Vec<u8>),
    /// In step with what others heard: so many bytes of the chunk of `next` came.
    InStep(usize),
    Alone(Box<Body>),
}

/// A listener's end of `live.mp4`.
pub struct Ear {
    reading: Reading,
    next: Option<PartNo>,
    first: Option<PartNo>,
    /// Parts that the player keeps in hand: `max(1 s, 2 × cadence + 0.6 s)`, in whole parts.
    buffer_parts: u64,
    /// When `anchor.0` begins to sound: once the player's buffer is in hand.
    anchor: Option<(PartNo, Instant)>,
    /// Of the body, for who wants to keep it; then it is always read with care.
    kept: Option<Vec<u8>>,
    told: Arc<Told>,
    counts: EarCounts,
}

impl Ear {
    pub fn new() -> Self {
        Self {
            reading: Reading::Head(Vec::new()),
            next: None,
            first: None,
            buffer_parts: buffer_parts(1),
            anchor: None,
            kept: None,
            told: Arc::default(),
            counts: EarCounts::default(),
        }
    }

    /// One whose body is kept for [`Ear::take_body`].
    pub fn keeping() -> Self {
        Self { kept: Some(Vec::new()), ..Self::new() }
    }

    /// The number to ask for after a broken connection.
    pub fn resume_from(&self) -> Option<PartNo> {
        self.next
    }

    /// What it was told for such a case.
    pub fn told(&self) -> &Arc<Told> {
        &self.told
    }

    /// A new connection: the bytes begin with a head again.
    pub fn reconnected(&mut self) {
        self.reading = Reading::Head(Vec::new());
    }

    /// The bytes of the body since this was asked last.
    pub fn take_body(&mut self) -> Vec<u8> {
        self.kept.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// Take bytes of the answer; what was heard goes to `heard`.
    pub fn handle(
        &mut self,
        mut bytes: &[u8],
        now: Now,
        score: &mut Score,
        heard: &mut Vec<Heard>,
    ) -> Result<(), ReadFault> {
        while !bytes.is_empty() {
            bytes = match self.reading {
                Reading::Head(_) => self.read_head(bytes, score)?,
                Reading::InStep(_) => self.keep_step(bytes, now, score, heard),
                Reading::Alone(_) => {
                    self.read_alone(bytes, now, score, heard)?;
                    &[]
                }
            }
        }
        Ok(())
    }

    fn read_head<'a>(&mut self, bytes: &'a [u8], score: &mut Score) -> Result<&'a [u8], ReadFault> {
        let Reading::Head(head) = &mut self.reading else { return Ok(bytes) };
        let before = head.len();
        let told = if before == 0 {
            read_head(bytes)?
        } else {
            head.extend_from_slice(bytes);
            read_head(head)?
        };
        let Some(told) = told else {
            if before == 0 {
                head.extend_from_slice(bytes);
            }
            return Ok(&[]);
        };
        if told.status != 200 {
            // Where else to go is news; what it is known by stays good.
            let resume = self.told.resume.clone();
            self.told = score.told(Told { resume, ..told.told });
            return Err(ReadFault("a refusal"));
        }
        self.told = score.told(told.told);
        self.buffer_parts = buffer_parts(told.cadence);
        let rest = &bytes[told.length - before..];
        let in_step = self.kept.is_none() && self.next.is_none_or(|next| Some(next) == told.from);
        if let (true, Some(from), Some(header)) = (in_step, told.from, score.header())
            && let Some(rest) = rest.strip_prefix(&header[..])
        {
            self.next = Some(from);
            self.first = self.first.or(Some(from));
            self.reading = Reading::InStep(0);
            return Ok(rest);
        }
        self.reading = Reading::Alone(Box::default());
        Ok(rest)
    }

    /// Hold what came against what others heard, as far as it is the same; gives what is to be read on.
    fn keep_step<'a>(
        &mut self,
        bytes: &'a [u8],
        now: Now,
        score: &Score,
        heard: &mut Vec<Heard>,
    ) -> &'a [u8] {
        let Reading::InStep(at) = self.reading else { return bytes };
        let chunk = self.next.and_then(|next| Some((next, score.part(next)?)));
        let Some((no, chunk)) = chunk else {
            self.reading = Reading::Alone(Box::default());
            return bytes;
        };
        let count = bytes.len().min(chunk.len() - at);
        if bytes[..count] != chunk[at..at + count] {
            let mut body = Box::<Body>::default();
            // What is known to be a whole chunk so far cannot be refused.
            let _ = body.handle(&chunk[..at]);
            self.reading = Reading::Alone(body);
            return bytes;
        }
        let whole = at + count == chunk.len();
        self.reading = Reading::InStep(if whole { 0 } else { at + count });
        if whole {
            heard.extend(self.note(no, now));
        }
        &bytes[count..]
    }

    fn read_alone(
        &mut self,
        bytes: &[u8],
        now: Now,
        score: &mut Score,
        heard: &mut Vec<Heard>,
    ) -> Result<(), ReadFault> {
        let Reading::Alone(body) = &mut self.reading else { return Ok(()) };
        let mut body = std::mem::take(body);
        let came = body.handle(bytes)?;
        if let Some(kept) = &mut self.kept {
            kept.extend_from_slice(&came);
        }
        while let Some(piece) = body.poll()? {
            match piece {
                StreamPiece::Header(header) => score.learn_header(&header),
                StreamPiece::Part(part) => {
                    score.learn(&part);
                    heard.extend(self.note(part.no, now));
                }
                _ => {}
            }
        }
        let in_step = self.kept.is_none() && self.next.is_some() && body.is_at_rest();
        self.reading = if in_step { Reading::InStep(0) } else { Reading::Alone(body) };
        Ok(())
    }

    fn note(&mut self, no: PartNo, now: Now) -> Option<Heard> {
        match self.next {
            Some(next) if no < next => {
                self.counts.doubled += 1;
                return None;
            }
            Some(next) => self.counts.missed += no.0 - next.0,
            None => {}
        }
        let first = *self.first.get_or_insert(no);
        if self.anchor.is_none() && no.0 + 1 >= first.0 + self.buffer_parts {
            self.anchor = Some((first, now.instant));
        }
        if let Some(due) = self.due(no).filter(|due| *due < now.instant) {
            // Late: it is missed, and the player waits for it, so all later ones are due later.
            self.counts.missed += 1;
            if let Some(anchor) = &mut self.anchor {
                anchor.1 += now.instant - due;
            }
        }
        self.counts.parts += 1;
        self.next = Some(no.next());
        let at_once = no.0 < first.0 + self.buffer_parts;
        Some(Heard { no, age: now.media - no.start(), at_once })
    }

    /// When a part must be here.
    fn due(&self, no: PartNo) -> Option<Instant> {
        let (first, at) = self.anchor?;
        let ahead = no.0.checked_sub(first.0)?.saturating_mul(PART_MS);
        Some(at + Duration::from_millis(ahead))
    }

    /// Whether sound would be heard now.
    pub fn playing(&self, now: Instant) -> bool {
        self.next.and_then(|next| self.due(next)).is_some_and(|due| due > now)
    }

    pub fn counts(&self) -> EarCounts {
        self.counts
    }
}

/// What a player keeps in hand where parts come so many at a time.
fn buffer_parts(cadence: u64) -> u64 {
    (2 * cadence * PART_MS + 600).max(1_000).div_ceil(PART_MS)
}

impl Default for Ear {
    fn default() -> Self {
        Self::new()
    }
}
