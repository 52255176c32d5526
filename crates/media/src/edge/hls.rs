//! A hall's AAC on its way to players: what is kept, and what may be asked for when.
//!
//! LL-HLS parts come in by number from any number of packagers; [`Rendition::ask`] answers at once, says that the
//! answer is yet to come, or refuses. No clock: the moment of a question is an argument, waiting is the shell's.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use bytes::{Bytes, BytesMut};

use crate::flow::LlPart;
use crate::units::{LlNo, SEGMENT_LL_PARTS, SegmentNo};

use super::captions::Captions;
use super::playlist::{ALL, LISTED_SEGMENTS, Listing, captions_playlist, playlist};

/// A segment stays for its own length and the longest playlist that named it, once no playlist names it any more.
const KEPT_SEGMENTS: u64 = 2 * LISTED_SEGMENTS + 2;
/// A hole is given up when something so much later is here.
const PATIENCE_LL_PARTS: u64 = SEGMENT_LL_PARTS;
/// Past a hole of a whole playlist nothing in it is of use: begin anew.
const LEAP_LL_PARTS: u64 = LISTED_SEGMENTS * SEGMENT_LL_PARTS;
/// A part is due this long after the one before.
const EVERY: Duration = Duration::from_millis(960);
/// A player that begins this shortly before the next part would hear everything a part later than it need.
const WORTH_WAITING: Duration = Duration::from_millis(300);
/// Parts that come at shorter intervals than this are a backlog on its way.
const BACKLOG_WITHIN: Duration = Duration::from_millis(200);
/// How far ahead a question may be (section 6.2.5.2, and the advance part limit).
const AHEAD_SEGMENTS: u64 = 2;
const AHEAD_LL_PARTS: u64 = 3;

/// What a player wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HlsAsk {
    Playlist(Reload),
    /// The playlist of what there is: sound, and captions as its subtitles.
    All,
    CaptionsPlaylist,
    Captions(SegmentNo),
    Init,
    Segment(SegmentNo),
    Part(LlNo),
}

/// The delivery directives of a playlist request (section 6.2.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reload {
    pub msn: Option<u64>,
    pub part: Option<u64>,
    pub skip: bool,
}

/// When a question is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Moment {
    /// The LL-HLS part that should be here by now, going by the wall clock; 0 where nobody knows.
    pub due: LlNo,
    /// For how long nothing came.
    pub age: Duration,
}

/// How long whoever stands between may keep an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    Forever,
    /// A playlist that was waited for: nobody asks for it again but those who are behind.
    Passed,
    Newest,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HlsAnswer {
    Playlist(Bytes, Keep),
    Sound(Bytes),
    /// WebVTT.
    Text(Bytes),
    /// It is about to come: ask again when something came, or after so long.
    Later(Duration),
    Refused(&'static str),
}

/// One hall's LL-HLS parts, in order; holes are kept as such.
#[derive(Default)]
pub struct Rendition {
    init: Bytes,
    first: SegmentNo,
    parts: VecDeque<Option<Bytes>>,
    /// Beyond a hole that may yet be filled.
    waiting: BTreeMap<LlNo, LlPart>,
    captions: Captions,
    ended: bool,
    whole: Bytes,
    delta: Bytes,
}

impl Listing for Rendition {
    fn first(&self) -> SegmentNo {
        self.first
    }

    fn next(&self) -> LlNo {
        LlNo(self.first.first().0 + self.parts.len() as u64)
    }

    fn is_hole(&self, no: LlNo) -> bool {
        self.part(no).is_none()
    }

    fn ended(&self) -> bool {
        self.ended
    }
}

impl Rendition {
    /// What stands before every segment; the same from every packager.
    pub fn begin(&mut self, init: Bytes) {
        self.init = init;
    }

    /// Take a part from whoever had it first. True if there is more to be had than before.
    pub fn push(&mut self, part: LlPart) -> bool {
        if !self.parts.is_empty() && part.no.0 >= self.next().0 + LEAP_LL_PARTS {
            let init = std::mem::take(&mut self.init);
            *self = Self { init, ..Self::default() };
        }
        if self.parts.is_empty() {
            if part.no.index() != 0 {
                return false;
            }
            self.first = part.no.segment();
        }
        if self.ended || part.no < self.next() {
            return false;
        }
        self.waiting.insert(part.no, part);
        let before = self.next();
        while let Some((&newest, _)) = self.waiting.last_key_value() {
            let next = self.next();
            let found = self.waiting.remove(&next);
            if found.is_none() && newest.0 < next.0 + PATIENCE_LL_PARTS {
                break;
            }
            let captions = found.as_ref().map_or(&[][..], |part| &part.captions);
            self.captions.handle(next, captions);
            self.parts.push_back(found.map(|part| part.bytes));
        }
        self.forget();
        self.write();
        self.next() != before
    }

    /// The hall has ended at `at`: close the playlist once its last segment is whole, or now where that is
    /// `overdue`. True if it was closed by this.
    pub fn end(&mut self, at: LlNo, overdue: bool) -> bool {
        let complete = self.next() > at && self.next().index() == 0;
        let closes = !self.ended && self.listed() && (complete || overdue);
        if closes {
            self.ended = true;
            self.write();
        }
        closes
    }

    /// Whether there is a playlist.
    pub fn listed(&self) -> bool {
        self.parts.len() as u64 >= SEGMENT_LL_PARTS
    }

    pub fn ask(&self, ask: HlsAsk, at: Moment) -> HlsAnswer {
        match ask {
            _ if !self.listed() => HlsAnswer::Later(Duration::MAX),
            HlsAsk::Init => HlsAnswer::Sound(self.init.clone()),
            HlsAsk::Playlist(reload) => self.reload(reload, at),
            HlsAsk::All => HlsAnswer::Playlist(Bytes::from_static(ALL.as_bytes()), Keep::Forever),
            HlsAsk::CaptionsPlaylist => HlsAnswer::Playlist(captions_playlist(self).into(), Keep::Newest),
            HlsAsk::Captions(no) => self.captioned(no),
            HlsAsk::Segment(no) => self.segment(no, at),
            HlsAsk::Part(no) => match self.part(no) {
                Some(bytes) => HlsAnswer::Sound(bytes.clone()),
                None => self.absent(no, at),
            },
        }
    }

    /// What is not here: about to come, if it is the next; or, where we are behind as after a restart, the next of
    /// those who are not. They may have one more than is due.
    fn absent(&self, no: LlNo, at: Moment) -> HlsAnswer {
        let next = self.next().max(at.due.next().next());
        let comes = (self.next()..=next).contains(&no);
        if comes && !self.ended {
            HlsAnswer::Later(Duration::MAX)
        } else {
            HlsAnswer::Refused("piece_absent")
        }
    }

    fn newest(&self, text: Bytes, at: Moment) -> HlsAnswer {
        match self.worth_waiting(at) {
            Some(wait) if !self.ended => HlsAnswer::Later(wait),
            _ => HlsAnswer::Playlist(text, Keep::Newest),
        }
    }

    /// How long to wait with the newest playlist, for one that is newer yet. Players count back from its end when they
    /// begin, and keep the delay they begin with.
    fn worth_waiting(&self, at: Moment) -> Option<Duration> {
        let near = at.age >= EVERY.saturating_sub(WORTH_WAITING) && at.age < EVERY;
        let behind = self.next().0 + SEGMENT_LL_PARTS < at.due.0;
        if behind && at.age < BACKLOG_WITHIN { Some(BACKLOG_WITHIN) } else { near.then_some(WORTH_WAITING) }
    }

    fn reload(&self, reload: Reload, at: Moment) -> HlsAnswer {
        let text = if reload.skip { &self.delta } else { &self.whole }.clone();
        let wanted = match (reload.msn, reload.part) {
            (None, None) => return self.newest(text, at),
            (None, Some(_)) => return HlsAnswer::Refused("directive_invalid"),
            // A part past the segment's last is the next segment's first.
            (Some(msn), Some(part)) => {
                msn.saturating_mul(SEGMENT_LL_PARTS).saturating_add(part.min(SEGMENT_LL_PARTS))
            }
            // The last part of a segment completes it.
            (Some(msn), None) => msn.saturating_mul(SEGMENT_LL_PARTS).saturating_add(SEGMENT_LL_PARTS - 1),
        };
        if self.ended || wanted < self.next().0 {
            return HlsAnswer::Playlist(text, Keep::Passed);
        }
        let last = at.due.0.max(self.next().0 - 1);
        let ahead = LlNo(wanted).segment().0 > LlNo(last).segment().0 + AHEAD_SEGMENTS
            || (reload.part.is_some() && wanted > last + AHEAD_LL_PARTS);
        if ahead { HlsAnswer::Refused("playlist_ahead") } else { HlsAnswer::Later(Duration::MAX) }
    }

    fn segment(&self, no: SegmentNo, at: Moment) -> HlsAnswer {
        let mut whole = BytesMut::new();
        for index in 0..SEGMENT_LL_PARTS {
            let part = LlNo(no.0.saturating_mul(SEGMENT_LL_PARTS).saturating_add(index));
            match self.part(part) {
                Some(bytes) => whole.extend_from_slice(bytes),
                None if part <= at.due => return self.absent(part, at),
                None => return HlsAnswer::Refused("piece_absent"),
            }
        }
        HlsAnswer::Sound(whole.freeze())
    }

    fn captioned(&self, no: SegmentNo) -> HlsAnswer {
        let written = no.0.checked_sub(self.first.0).and_then(|place| self.captions.segment(place));
        written.map_or(HlsAnswer::Refused("piece_absent"), |text| HlsAnswer::Text(text.clone()))
    }

    fn part(&self, no: LlNo) -> Option<&Bytes> {
        let place = usize::try_from(no.0.checked_sub(self.first.first().0)?).ok()?;
        self.parts.get(place)?.as_ref()
    }

    fn forget(&mut self) {
        while self.next().segment().0 - self.first.0 > KEPT_SEGMENTS {
            self.parts.drain(..SEGMENT_LL_PARTS as usize);
            self.first = self.first.next();
            self.captions.forget();
        }
    }

    fn write(&mut self) {
        if self.listed() {
            self.whole = playlist(self, false).into();
            self.delta = playlist(self, true).into();
        }
    }
}

/// The directives in a query; those nobody knows are ignored, as the draft wants.
pub fn reload(query: Option<&str>) -> Result<Reload, &'static str> {
    let mut reload = Reload::default();
    for pair in query.unwrap_or("").split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let number = || value.parse::<u64>().map(Some).map_err(|_| "directive_invalid");
        match name {
            "_HLS_msn" => reload.msn = number()?,
            "_HLS_part" => reload.part = number()?,
            "_HLS_skip" => reload.skip = matches!(value, "YES" | "v2"),
            _ => {}
        }
    }
    Ok(reload)
}

/// The segment of captions that `name` is under `/h/{hall}/vtt/`.
pub fn captions(name: &str) -> Option<HlsAsk> {
    Some(HlsAsk::Captions(SegmentNo(plain(name.strip_suffix(".vtt")?)?)))
}

/// The object that `name` is under `/h/{hall}/aac/`.
pub fn object(name: &str) -> Option<HlsAsk> {
    if name == "init.mp4" {
        return Some(HlsAsk::Init);
    }
    let (segment, index) = match name.strip_suffix(".m4s")?.split_once('.') {
        Some((segment, index)) => (segment, Some(index)),
        None => (name.strip_suffix(".m4s")?, None),
    };
    let segment: u64 = plain(segment)?;
    match index {
        None => Some(HlsAsk::Segment(SegmentNo(segment))),
        Some(index) => {
            let index = plain(index).filter(|&index| index < SEGMENT_LL_PARTS)?;
            Some(HlsAsk::Part(LlNo(segment.checked_mul(SEGMENT_LL_PARTS)?.checked_add(index)?)))
        }
    }
}

/// A number as we write it: one object has one address.
fn plain(text: &str) -> Option<u64> {
    text.parse().ok().filter(|number: &u64| number.to_string() == text)
}
