//! One synthetic listener: a player's buffer, and what it would have missed.

use std::time::{Duration, Instant};

use crate::program::{ReadFault, Splitter, StreamPiece};
use crate::units::{MediaTime, PartNo, SampleCount};

/// `max(1 s, 2 × cadence + 0.6 s)` at a cadence of one part, in whole parts: what the page keeps in hand.
const BUFFER_PARTS: u64 = 5;
const PART: Duration = Duration::from_millis(240);

/// What one ear counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EarCounts {
    pub parts: u64,
    /// Parts absent at the moment they were due.
    pub missed: u64,
    pub doubled: u64,
}

/// A listener's end of `live.mp4`.
pub struct Ear {
    splitter: Splitter,
    next: Option<PartNo>,
    first: Option<PartNo>,
    /// When `anchor.0` begins to sound: once the page's buffer is in hand.
    anchor: Option<(PartNo, Instant)>,
    counts: EarCounts,
}

/// A part as it came: its number, and how old its first sample was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    pub part: crate::flow::Part,
    pub age: SampleCount,
}

impl Ear {
    pub fn new() -> Self {
        Self {
            splitter: Splitter::default(),
            next: None,
            first: None,
            anchor: None,
            counts: EarCounts::default(),
        }
    }

    /// The number to ask for after a broken connection.
    pub fn resume_from(&self) -> Option<PartNo> {
        self.next
    }

    /// A new connection: the bytes begin with a header again.
    pub fn reconnected(&mut self) {
        self.splitter = Splitter::default();
    }

    /// Take bytes of the body; `media` is now in media time.
    pub fn handle(&mut self, bytes: &[u8], now: Instant, media: MediaTime) -> Result<Vec<Heard>, ReadFault> {
        self.splitter.handle(bytes);
        let mut heard = Vec::new();
        while let Some(piece) = self.splitter.poll()? {
            if let StreamPiece::Part(part) = piece {
                self.note(part.no, now);
                heard.push(Heard { age: media - part.no.start(), part });
            }
        }
        Ok(heard)
    }

    fn note(&mut self, no: PartNo, now: Instant) {
        match self.next {
            Some(next) if no < next => {
                self.counts.doubled += 1;
                return;
            }
            Some(next) => self.counts.missed += no.0 - next.0,
            None => self.first = Some(no),
        }
        if let (None, Some(first)) = (self.anchor, self.first)
            && no.0 + 1 >= first.0 + BUFFER_PARTS
        {
            self.anchor = Some((first, now));
        }
        if let Some(due) = self.due(no).filter(|due| *due < now) {
            // Late: it is missed, and the player waits for it, so all later ones are due later.
            self.counts.missed += 1;
            if let Some(anchor) = &mut self.anchor {
                anchor.1 += now - due;
            }
        }
        self.counts.parts += 1;
        self.next = Some(no.next());
    }

    /// When a part must be here.
    fn due(&self, no: PartNo) -> Option<Instant> {
        let (first, at) = self.anchor?;
        let ahead = u32::try_from(no.0.checked_sub(first.0)?).unwrap_or(u32::MAX);
        Some(at + PART * ahead)
    }

    /// Whether sound would be heard now.
    pub fn playing(&self, now: Instant) -> bool {
        self.next.and_then(|next| self.due(next)).is_some_and(|due| due > now)
    }

    pub fn counts(&self) -> EarCounts {
        self.counts
    }
}

impl Default for Ear {
    fn default() -> Self {
        Self::new()
    }
}
