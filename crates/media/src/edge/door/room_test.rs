use proptest::prelude::*;

use super::room::{Measured, Of, Room, Strain, asking_most};

fn calm() -> Measured {
    Measured {
        listeners: 10_000.0,
        writes: 10_000.0,
        swept: 0.2,
        swept_cpu: 0.2,
        cores: 1.0,
        bits_per_s: 10_000.0 * 50_000.0,
        uplink_bits_per_s: None,
        behind: 0.0,
        memory_left: None,
        descriptors: 19_488.0,
        sealed: false,
    }
}

#[test]
fn what_sweeps_leave_is_how_many_more_fit() {
    let room = Room::of(&calm());

    assert_eq!(room.sweep.round(), 42_500.0);
    assert_eq!(room.least(), (Of::Descriptors, 19_488.0));
}

#[test]
fn a_line_that_is_told_counts_by_what_listeners_take_of_it() {
    let told = Measured { uplink_bits_per_s: Some(1e8), ..calm() };

    let (of, count) = Room::of(&told).least();
    assert_eq!((of, count.round()), (Of::Uplink, 1_628.0));
    let none = Measured { listeners: 0.0, bits_per_s: 0.0, ..told };
    assert!((1_000.0..2_000.0).contains(&Room::of(&none).uplink));
}

#[test]
fn who_is_held_to_a_fifth_of_a_core_has_room_for_a_fifth() {
    // At 2,000 listeners nothing is late yet: only the processor's time tells.
    let told =
        Measured { listeners: 2_000.0, writes: 2_000.0, swept: 0.05, swept_cpu: 0.05, cores: 0.2, ..calm() };

    assert_eq!(Room::of(&told).least(), (Of::Sweep, 6_800.0));
}

#[test]
fn when_others_have_the_core_sweeps_take_longer_and_there_is_less_room() {
    let told = Measured { swept: 0.8, ..calm() };

    assert_eq!(Room::of(&told).least(), (Of::Sweep, 10_625.0));
}

#[test]
fn whoever_is_written_to_less_often_takes_less_of_the_time_and_as_much_of_the_line() {
    let told =
        Measured { writes: 2_500.0, swept: 0.05, swept_cpu: 0.05, uplink_bits_per_s: Some(1e9), ..calm() };
    let room = Room::of(&told);

    assert_eq!(room.sweep.round(), 42_500.0, "in writes of the quickest");
    assert_eq!(room.uplink.round(), 16_815.0, "in listeners");
}

#[test]
fn memory_counts_by_what_is_left_of_it() {
    let told = Measured { memory_left: Some(18_577_216.0), ..calm() };

    // 1.8 MB beyond the reserve.
    assert_eq!(Room::of(&told).least(), (Of::Memory, 10_127.5));
}

#[test]
fn where_there_is_little_memory_few_ask_at_a_time_and_never_nobody() {
    assert_eq!(asking_most(None, true), usize::MAX);
    assert_eq!(asking_most(Some(24e6), true), 500);
    assert_eq!(asking_most(Some(24e6), false), 6_000);
    assert_eq!(asking_most(Some(0.0), true), 64);
}

#[test]
fn an_edge_that_has_just_started_plans_with_what_is_known_of_others() {
    let told = Measured { listeners: 0.0, writes: 0.0, swept: 0.0, swept_cpu: 0.0, ..calm() };

    assert_eq!(Room::of(&told).sweep.round(), 25_500.0);
    assert!(Room::of(&Measured { sealed: true, ..told }).sweep < 9_000.0);
}

#[test]
fn a_line_is_full_when_many_are_behind_at_once_and_nobody_said_what_it_carries() {
    let mut strain = Strain::default();
    let seen = |listeners, behind| Measured { listeners, behind, ..calm() };

    assert_eq!(strain.measured(&seen(2_000.0, 0.1)), f64::INFINITY, "some always are");
    assert_eq!(strain.measured(&seen(100.0, 0.9)), f64::INFINITY, "too few to tell");
    assert_eq!(strain.measured(&seen(2_000.0, 0.3)), 1_960.0);
    assert_eq!(strain.measured(&seen(1_900.0, 0.1)), 1_960.0, "neither full nor free");
    assert_eq!(strain.measured(&seen(1_900.0, 0.5)), 1_862.0);
    let eased: Vec<f64> = (0..100).map(|_| strain.measured(&seen(1_800.0, 0.0))).collect();
    assert!(eased[0] < 1_900.0 && eased[30] > 3_300.0, "{eased:?}");
    assert_eq!(eased[99], f64::INFINITY);
}

proptest! {
    #[test]
    fn whatever_is_measured_room_is_a_number(
        listeners in 0.0..1e6_f64, swept in 0.0..2.0_f64, cores in 0.0..1.0_f64, bits in 0.0..1e10_f64,
    ) {
        let told = Measured {
            listeners, writes: listeners, swept, swept_cpu: swept, cores, bits_per_s: bits,
            uplink_bits_per_s: Some(bits), memory_left: Some(bits), ..calm()
        };
        let room = Room::of(&told);
        prop_assert!(room.all().iter().all(|(_, count)| *count >= 0.0 && !count.is_nan()));
        prop_assert!(room.all().iter().all(|(_, count)| room.least().1 <= *count));
    }
}
