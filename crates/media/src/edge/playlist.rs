//! A hall's rendition as a playlist, to the letter of draft-pantos-hls-rfc8216bis: one text for LL-HLS and HLS.
//!
//! Pure: what is there goes in, text comes out. Who may ask for it, and when, is `hls.rs`.

use std::fmt::Write;

use crate::units::{LlNo, SEGMENT_LL_PARTS, SegmentNo};

/// The longest segment, rounded up to whole seconds.
pub const TARGET_S: u64 = 5;
/// Whole segments in a playlist: a minute, so that a recorder may be away for most of it.
pub const LISTED_SEGMENTS: u64 = 12;
/// Six target durations, the least there may be: who was here within half of that needs only what is newer.
const SKIP_UNTIL_MS: u64 = 6 * TARGET_S * 1000;
const SEGMENT_MS: u64 = 4_800;
const PART_MS: u64 = 960;
/// Parts are named where all of their segment lies within three target durations of the end.
const WITH_PARTS_MS: u64 = 3 * TARGET_S * 1000;

/// What there is to list.
pub trait Listing {
    /// The oldest segment that is kept; it is kept whole.
    fn first(&self) -> SegmentNo;
    /// The LL-HLS part that comes next.
    fn next(&self) -> LlNo;
    /// Nobody has this one.
    fn is_hole(&self, no: LlNo) -> bool;
    fn ended(&self) -> bool;
}

/// The playlist, whole or without what a client that was here lately has already.
pub fn playlist(of: &impl Listing, skip: bool) -> String {
    let next = of.next();
    let whole = next.segment();
    let first = of.first().0.max(whole.0.saturating_sub(LISTED_SEGMENTS));
    let skipped = if skip { skippable(first, next) } else { 0 };
    let mut out = String::with_capacity(4_096);
    head(&mut out, first);
    if skipped > 0 {
        let _ = writeln!(out, "#EXT-X-SKIP:SKIPPED-SEGMENTS={skipped}");
    } else {
        out.push_str("#EXT-X-MAP:URI=\"aac/init.mp4\"\n");
    }
    for no in (first + skipped..whole.0).map(SegmentNo) {
        date(&mut out, no);
        if (next.0 - no.first().0) * PART_MS <= WITH_PARTS_MS {
            parts(&mut out, of, no, SEGMENT_LL_PARTS);
        }
        if (0..SEGMENT_LL_PARTS).any(|index| of.is_hole(LlNo(no.first().0 + index))) {
            out.push_str("#EXT-X-GAP\n");
        }
        let _ = writeln!(out, "#EXTINF:4.8,\naac/{}.m4s", no.0);
    }
    if next.index() > 0 {
        date(&mut out, whole);
        parts(&mut out, of, whole, next.index());
    }
    if of.ended() {
        out.push_str("#EXT-X-ENDLIST\n");
    } else {
        let _ = writeln!(out, "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"aac/{}.{}.m4s\"", whole.0, next.index());
    }
    out
}

/// How many segments from `first` on lie before the skip boundary.
fn skippable(first: u64, next: LlNo) -> u64 {
    let past_ms = (next.0 - first * SEGMENT_LL_PARTS) * PART_MS;
    past_ms.saturating_sub(SKIP_UNTIL_MS) / SEGMENT_MS
}

/// What there is of a hall: one rendition of its sound, and captions beside it.
pub const ALL: &str = "#EXTM3U
#EXT-X-VERSION:6
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"captions\",NAME=\"Captions\",DEFAULT=YES,AUTOSELECT=YES,FORCED=NO,\
CHARACTERISTICS=\"public.accessibility.transcribes-spoken-dialog\",URI=\"captions.m3u8\"
#EXT-X-STREAM-INF:BANDWIDTH=96000,CODECS=\"mp4a.40.2\",SUBTITLES=\"captions\"
live.m3u8
";

/// The captions of the segments that [`playlist`] names, and closed with it.
pub fn captions_playlist(of: &impl Listing) -> String {
    let whole = of.next().segment();
    let first = of.first().0.max(whole.0.saturating_sub(LISTED_SEGMENTS));
    let mut out = format!(
        "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:{TARGET_S}\n#EXT-X-MEDIA-SEQUENCE:{first}\n"
    );
    for no in (first..whole.0).map(SegmentNo) {
        date(&mut out, no);
        let _ = writeln!(out, "#EXTINF:4.8,\nvtt/{}.vtt", no.0);
    }
    if of.ended() {
        out.push_str("#EXT-X-ENDLIST\n");
    }
    out
}

fn head(out: &mut String, first: u64) {
    let _ = write!(
        out,
        "#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-TARGETDURATION:{TARGET_S}\n\
         #EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=30.0,PART-HOLD-BACK=2.88,HOLD-BACK=15.0\n\
         #EXT-X-PART-INF:PART-TARGET=0.96\n#EXT-X-MEDIA-SEQUENCE:{first}\n#EXT-X-INDEPENDENT-SEGMENTS\n"
    );
}

fn parts(out: &mut String, of: &impl Listing, segment: SegmentNo, count: u64) {
    for index in 0..count {
        let gap = if of.is_hole(LlNo(segment.first().0 + index)) { ",GAP=YES" } else { "" };
        let _ = writeln!(
            out,
            "#EXT-X-PART:DURATION=0.96,URI=\"aac/{}.{index}.m4s\",INDEPENDENT=YES{gap}",
            segment.0
        );
    }
}

fn date(out: &mut String, segment: SegmentNo) {
    let ms = segment.start_ms();
    let (year, month, day) = civil(ms.div_euclid(86_400_000));
    let of_day = ms.rem_euclid(86_400_000);
    let (hour, minute) = (of_day / 3_600_000, of_day / 60_000 % 60);
    let _ = writeln!(
        out,
        "#EXT-X-PROGRAM-DATE-TIME:{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{:02}.{:03}Z",
        of_day / 1_000 % 60,
        of_day % 1_000
    );
}

/// Days since 1970 as year, month, day (Gregorian): years begin in March here, so that a leap day is a year's last.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, later) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (year + era * 400 + later, month, day)
}
