use std::collections::BTreeSet;

use proptest::prelude::*;

use super::{Counts, Inward, Outward, Unread};
use crate::flow::{Ask, HallId, LineId, PersonId, SeatId, Talk, Who};
use crate::units::MediaTime;

const NOW: MediaTime = MediaTime(155_208_333 * 11_520);
const LINE: LineId = LineId(77);

fn hall() -> HallId {
    HallId::parse("demo").unwrap()
}

fn talk(rtp_time: i64, payload: &[u8]) -> Talk {
    Talk { line: LINE, rtp_time, arrived: NOW, again: false, payload: payload.into() }
}

fn outward() -> Outward {
    let mut outward = Outward::default();
    outward.up(LINE, Who::Seat(SeatId::parse("ana").unwrap()));
    outward
}

#[test]
fn only_lines_that_are_up_are_passed_on_and_only_whole() {
    let mut outward = outward();

    assert!(outward.datagram(&hall(), &talk(0, &[1])).is_some());
    assert!(outward.datagram(&hall(), &talk(0, &[0; 9_000])).is_none());
    outward.down(LINE);
    assert!(outward.datagram(&hall(), &talk(0, &[1])).is_none());
}

#[test]
fn a_line_backstage_is_passed_on_from_the_first_time_it_speaks_to_somebody() {
    let mut outward = Outward::default();
    outward.up(LINE, Who::Backstage(PersonId::parse("p_0123456789abcdef").unwrap()));
    let cue = BTreeSet::from([SeatId::parse("ben").unwrap()]);

    assert!(outward.datagram(&hall(), &talk(0, &[1])).is_none());
    outward.ask(LINE, &Ask::Cue(cue.clone()));
    let during = outward.datagram(&hall(), &talk(0, &[1])).unwrap();
    outward.ask(LINE, &Ask::Cue(BTreeSet::new()));
    let after = outward.datagram(&hall(), &talk(0, &[1])).unwrap();

    let cue_of = |datagram: &[u8]| Inward::default().handle(datagram, NOW).unwrap().cue;
    assert_eq!((cue_of(&during), cue_of(&after)), (cue, BTreeSet::new()));
}

#[test]
fn what_is_lost_is_counted_and_a_stage_that_begins_anew_lost_nothing() {
    let (mut outward, mut inward) = (outward(), Inward::default());
    let sent: Vec<_> = (0..10).map(|n| outward.datagram(&hall(), &talk(n, &[1])).unwrap()).collect();

    for datagram in [&sent[4], &sent[5], &sent[8], &sent[0], &sent[1]] {
        inward.handle(datagram, NOW).unwrap();
    }
    let strange = inward.handle(b"hello", NOW).unwrap_err();

    assert_eq!(strange, Unread("another version"));
    assert_eq!(inward.counts(), Counts { received: 5, lost: 2, unread: 1 });
}

#[test]
fn a_stage_with_another_clock_is_not_believed() {
    let datagram = outward().datagram(&hall(), &talk(0, &[1])).unwrap();

    let told = Inward::default().handle(&datagram, MediaTime(NOW.0 + 11 * 48_000));

    assert_eq!(told.unwrap_err(), Unread("another clock"));
}

proptest! {
    #[test]
    fn a_packet_comes_out_as_it_went_in(
        line in any::<u64>(),
        rtp_time in -(1_i64 << 48)..(1 << 48),
        late in 0_i64..48_000,
        (again, muted) in any::<(bool, bool)>(),
        payload in prop::collection::vec(any::<u8>(), 1..1_300),
        (hall, seat_name, person) in ("[a-z0-9]{1,40}", "[a-z0-9]{1,12}", "p_[a-z0-9]{16}"),
        cue in prop::option::of(prop::collection::btree_set("[a-z0-9]{1,12}", 0..60)),
    ) {
        let hall = HallId::parse(&hall).unwrap();
        let seat = |name: &str| SeatId::parse(name).unwrap();
        let backstage = || Who::Backstage(PersonId::parse(&person).unwrap());
        let who = if cue.is_some() { backstage() } else { Who::Seat(seat(&seat_name)) };
        let cue = cue.unwrap_or_default().iter().map(|name| seat(name)).collect::<BTreeSet<_>>();
        let arrived = MediaTime(NOW.0 - late);
        let talk = Talk { line: LineId(line), rtp_time, arrived, again, payload: payload.into() };
        let mut outward = Outward::default();
        outward.up(talk.line, who.clone());
        outward.ask(talk.line, &Ask::Muted(muted));
        outward.ask(talk.line, &Ask::Cue(cue.clone()));

        let datagram = outward.datagram(&hall, &talk).unwrap();
        let came = Inward::default().handle(&datagram, NOW).unwrap();

        let cue = if who.seat().is_some() { BTreeSet::new() } else { cue };
        prop_assert_eq!((came.hall, came.who, came.muted, came.cue), (hall, who, muted, cue));
        let fields = |one: &Talk| (one.line, one.rtp_time, one.arrived, one.again, one.payload.to_vec());
        prop_assert_eq!(fields(&came.talk), fields(&talk));
    }

    #[test]
    fn no_bytes_harm_the_reader(
        noise in prop::collection::vec(any::<u8>(), 0..200),
        backstage in any::<bool>(),
        at in 0_usize..60,
        cut in 0_usize..60,
    ) {
        let mut outward = outward();
        if backstage {
            outward.up(LINE, Who::Backstage(PersonId::parse("p_0123456789abcdef").unwrap()));
            outward.ask(LINE, &Ask::Cue([SeatId::parse("ben").unwrap()].into()));
        }
        let mut datagram = outward.datagram(&hall(), &talk(5, &[1, 2, 3])).unwrap();
        let end = (at + noise.len()).min(datagram.len());
        if at < end {
            datagram[at..end].copy_from_slice(&noise[..end - at]);
        }
        let mut inward = Inward::default();

        let _ = inward.handle(&datagram[..cut.min(datagram.len())], NOW);
        let _ = inward.handle(&noise, NOW);
        let told = inward.handle(&datagram, NOW);

        prop_assert!(inward.counts().lost < 10_000);
        if let Ok(relayed) = told {
            prop_assert!(!relayed.talk.payload.is_empty());
        }
    }
}
