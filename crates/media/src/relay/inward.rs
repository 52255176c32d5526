//! From another stage's datagrams to packets. Whatever comes in is untrusted: lengths are checked, nothing panics.

use std::collections::BTreeSet;

use crate::flow::{HallId, LineId, PersonId, Relayed, SeatId, Talk, Who};
use crate::units::{MediaTime, SampleCount};

use super::outward::{AGAIN, BACKSTAGE, MUTED, VERSION};

/// Stages whose clocks differ by more do not share one.
const APART: SampleCount = SampleCount::from_ms(10_000);
/// A number this far ahead is another run of that stage, not a loss.
const GAP_MAX: u32 = 10_000;

/// What came from one stage since this one began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Counts {
    pub received: u64,
    pub lost: u64,
    pub unread: u64,
}

/// The datagram is not one of ours, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unread(pub &'static str);

#[derive(Debug, Default)]
pub struct Inward {
    counts: Counts,
    next: Option<u32>,
}

impl Inward {
    /// Read a datagram that came at `now`.
    pub fn handle(&mut self, datagram: &[u8], now: MediaTime) -> Result<Relayed, Unread> {
        let read = read(datagram, now);
        match &read {
            Ok((number, _)) => self.note(*number),
            Err(_) => self.counts.unread += 1,
        }
        read.map(|(_, relayed)| relayed)
    }

    pub fn counts(&self) -> Counts {
        self.counts
    }

    fn note(&mut self, number: u32) {
        self.counts.received += 1;
        let gap = self.next.map_or(0, |next| number.wrapping_sub(next));
        if gap < GAP_MAX {
            self.counts.lost += u64::from(gap);
        }
        self.next = Some(number.wrapping_add(1));
    }
}

fn read(datagram: &[u8], now: MediaTime) -> Result<(u32, Relayed), Unread> {
    let mut rest = datagram;
    let [version, flags] = array(&mut rest)?;
    if version != VERSION {
        return Err(Unread("another version"));
    }
    let number = u32::from_be_bytes(array(&mut rest)?);
    let line = LineId(u64::from_be_bytes(array(&mut rest)?));
    let rtp_time = i64::from_be_bytes(array(&mut rest)?);
    let arrived = MediaTime(i64::from_be_bytes(array(&mut rest)?));
    let hall = name(&mut rest, HallId::parse)?;
    let (who, cue) = voice(&mut rest, flags)?;
    if rest.is_empty() {
        return Err(Unread("no packet"));
    }
    if arrived.0.abs_diff(now.0) > APART.0.unsigned_abs() {
        return Err(Unread("another clock"));
    }
    // A line's clock is a 32-bit one, unwrapped.
    if rtp_time.unsigned_abs() > 1 << 48 {
        return Err(Unread("no line's clock"));
    }
    let again = flags & AGAIN != 0;
    let talk = Talk { line, rtp_time, arrived, again, payload: rest.into() };
    Ok((number, Relayed { hall, who, muted: flags & MUTED != 0, cue, talk }))
}

fn voice(rest: &mut &[u8], flags: u8) -> Result<(Who, BTreeSet<SeatId>), Unread> {
    if flags & BACKSTAGE == 0 {
        return Ok((Who::Seat(name(rest, SeatId::parse)?), BTreeSet::new()));
    }
    let person = name(rest, PersonId::parse)?;
    let [count] = array(rest)?;
    let cue = (0..count).map(|_| name(rest, SeatId::parse)).collect::<Result<_, _>>()?;
    Ok((Who::Backstage(person), cue))
}

fn array<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], Unread> {
    let (head, tail) = rest.split_first_chunk().ok_or(Unread("too short"))?;
    *rest = tail;
    Ok(*head)
}

fn name<T>(rest: &mut &[u8], parse: fn(&str) -> Option<T>) -> Result<T, Unread> {
    let [length] = array(rest)?;
    let (name, tail) = rest.split_at_checked(length.into()).ok_or(Unread("too short"))?;
    *rest = tail;
    std::str::from_utf8(name).ok().and_then(parse).ok_or(Unread("an impossible name"))
}
