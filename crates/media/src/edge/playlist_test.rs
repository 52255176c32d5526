use std::collections::BTreeSet;

use proptest::prelude::*;

use super::playlist::{LISTED_SEGMENTS, Listing, playlist};
use crate::units::{LlNo, SegmentNo};

/// Segment 374,090,529 begins on 2026-11-25 at 19:22:19.2.
const FIRST: u64 = 374_090_529;

#[derive(Clone)]
struct Told {
    first: u64,
    parts: u64,
    holes: BTreeSet<u64>,
    ended: bool,
}

impl Listing for Told {
    fn first(&self) -> SegmentNo {
        SegmentNo(self.first)
    }

    fn next(&self) -> LlNo {
        LlNo(self.first * 5 + self.parts)
    }

    fn is_hole(&self, no: LlNo) -> bool {
        self.holes.contains(&(no.0 - self.first * 5))
    }

    fn ended(&self) -> bool {
        self.ended
    }
}

fn told(parts: u64) -> Told {
    Told { first: FIRST, parts, holes: BTreeSet::new(), ended: false }
}

/// What a client knows after a playlist: segments by number, each with everything said of it.
fn read(text: &str, before: &[(u64, String)]) -> Vec<(u64, String)> {
    let value = |tag: &str| text.lines().find_map(|line| line.strip_prefix(tag));
    let first: u64 = value("#EXT-X-MEDIA-SEQUENCE:").unwrap().parse().unwrap();
    let skipped: u64 = value("#EXT-X-SKIP:SKIPPED-SEGMENTS=").map_or(0, |count| count.parse().unwrap());
    let mut known: Vec<(u64, String)> =
        before.iter().filter(|(no, _)| (first..first + skipped).contains(no)).cloned().collect();
    assert_eq!(known.len() as u64, skipped, "a client cannot know what it is to keep");
    let mut about = String::new();
    for line in text.lines() {
        if line.starts_with("#EXT-X-PROGRAM-DATE-TIME") || line == "#EXT-X-GAP" || line.starts_with("#EXTINF")
        {
            about += line;
        } else if let Some(no) = line.strip_prefix("aac/").and_then(|rest| rest.strip_suffix(".m4s")) {
            assert_eq!(no.parse::<u64>().unwrap(), first + known.len() as u64);
            known.push((no.parse().unwrap(), std::mem::take(&mut about)));
        }
    }
    known
}

#[test]
fn a_young_playlist_reads_as_the_draft_wants() {
    let expected = "#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-TARGETDURATION:5\n\
        #EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=30.0,PART-HOLD-BACK=2.88,HOLD-BACK=15.0\n\
        #EXT-X-PART-INF:PART-TARGET=0.96\n#EXT-X-MEDIA-SEQUENCE:374090529\n#EXT-X-INDEPENDENT-SEGMENTS\n\
        #EXT-X-MAP:URI=\"aac/init.mp4\"\n\
        #EXT-X-PROGRAM-DATE-TIME:2026-11-25T19:22:19.200Z\n\
        #EXT-X-PART:DURATION=0.96,URI=\"aac/374090529.0.m4s\",INDEPENDENT=YES\n\
        #EXT-X-PART:DURATION=0.96,URI=\"aac/374090529.1.m4s\",INDEPENDENT=YES\n\
        #EXT-X-PART:DURATION=0.96,URI=\"aac/374090529.2.m4s\",INDEPENDENT=YES,GAP=YES\n\
        #EXT-X-PART:DURATION=0.96,URI=\"aac/374090529.3.m4s\",INDEPENDENT=YES\n\
        #EXT-X-PART:DURATION=0.96,URI=\"aac/374090529.4.m4s\",INDEPENDENT=YES\n\
        #EXT-X-GAP\n#EXTINF:4.8,\naac/374090529.m4s\n\
        #EXT-X-PROGRAM-DATE-TIME:2026-11-25T19:22:24.000Z\n\
        #EXT-X-PART:DURATION=0.96,URI=\"aac/374090530.0.m4s\",INDEPENDENT=YES\n\
        #EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"aac/374090530.1.m4s\"\n";

    let young = Told { holes: BTreeSet::from([2]), ..told(6) };

    assert_eq!(playlist(&young, false), expected);
    assert_eq!(playlist(&young, true), expected, "there is nothing to skip yet");
}

#[test]
fn the_end_is_said_and_nothing_is_hinted_after_it() {
    let text = playlist(&Told { ended: true, ..told(10) }, false);

    assert!(text.ends_with("aac/374090530.m4s\n#EXT-X-ENDLIST\n"));
    assert!(!text.contains("PRELOAD-HINT"));
}

#[test]
fn dates_hold_over_leap_days_and_years() {
    let at = |ms: u64| playlist(&Told { first: ms / 4_800, ..told(5) }, false);

    assert!(at(951_782_400_000).contains("PROGRAM-DATE-TIME:2000-02-29T00:00:00.000Z"));
    assert!(at(1_798_761_600_000).contains("PROGRAM-DATE-TIME:2027-01-01T00:00:00.000Z"));
    assert!(at(1_798_761_600_000 - 4_800).contains("PROGRAM-DATE-TIME:2026-12-31T23:59:55.200Z"));
}

proptest! {
    #[test]
    fn whoever_follows_by_delta_knows_what_whoever_reads_it_whole_knows(
        seen in 5_u64..200, more in 0_u64..16, holes in prop::collection::btree_set(0_u64..200, 0..4)
    ) {
        // A delta is asked for by clients that were here within half of the skip boundary: 15 s.
        let before = Told { holes, ..told(seen) };
        let after = Told { parts: seen + more, ..before.clone() };
        let known = read(&playlist(&before, false), &[]);

        let delta = read(&playlist(&after, true), &known);

        prop_assert_eq!(delta, read(&playlist(&after, false), &[]));
    }

    #[test]
    fn every_playlist_lists_a_minute_and_names_parts_of_its_last_seconds_alone(parts in 5_u64..2_000) {
        let text = playlist(&told(parts), false);

        let segments = read(&text, &[]).len() as u64;
        let named = text.matches("#EXT-X-PART:").count() as u64;
        prop_assert_eq!(segments, LISTED_SEGMENTS.min(parts / 5));
        prop_assert!(named * 960 <= 15_000 && named >= parts % 5);
        prop_assert!(named >= 10.min(parts));
    }
}
