use super::{EdgeFigures, Evening, ForecastOrder, Outcome};
use crate::testing::start;

fn order() -> ForecastOrder {
    ForecastOrder {
        edges: 4,
        listeners: 20_000,
        within_s: 10.0,
        seconds: 40,
        dying: Vec::new(),
        silent: false,
        edge: EdgeFigures {
            us_per_part: 5.5,
            us_per_join: 60.0,
            cores: 1.0,
            descriptors: 19_488,
            uplink_mbit_per_s: None,
            kbit_per_listener: 72.0,
            sealed: false,
        },
        rtt_ms: 40.0,
        seed: 7,
    }
}

fn evening(order: &ForecastOrder) -> Outcome {
    Evening::new(order.clone(), start().instant).run()
}

#[test]
fn where_there_is_room_all_hear_at_once_and_nobody_misses_anything() {
    let told = evening(&order());

    assert_eq!((told.heard_within_5_s, told.heard, told.missed_parts), (1.0, 1.0, 0));
    assert!(told.first_sound_s.p99.unwrap() < 0.5, "{:?}", told.first_sound_s);
    assert_eq!(told.seconds.last().unwrap().listening, 20_000);
}

#[test]
fn one_seed_is_one_evening() {
    assert_eq!(evening(&order()), evening(&order()));
    assert_ne!(evening(&order()).seconds, evening(&ForecastOrder { seed: 8, ..order() }).seconds);
}

#[test]
fn listeners_of_an_edge_that_dies_are_all_back_before_they_miss_a_part() {
    for silent in [false, true] {
        let told = evening(&ForecastOrder { dying: vec![(20, 1)], silent, ..order() });

        assert!(told.lost_with_edges > 4_000);
        assert_eq!(told.missed_parts, 0, "{:?}", told.back_s);
        assert_eq!(told.seconds.last().unwrap().listening, 20_000);
    }
}

#[test]
fn more_than_fit_wait_in_line_and_those_inside_miss_nothing() {
    let mut full = order();
    full.edge.uplink_mbit_per_s = Some(100.0);
    let told = evening(&full);

    assert_eq!(told.missed_parts, 0);
    // 85 % of the line in listeners of 72 kbit/s, but for what is kept for those who come back.
    let inside = told.seconds.last().unwrap().listening;
    assert!((4_300..4_500).contains(&inside), "{inside}");
    // But for those who were called and have not come yet.
    let called = 20_000 - inside - told.seconds.last().unwrap().waiting;
    assert!(called < 200, "{called}");
}

#[test]
fn a_full_house_is_heard_at_a_slower_cadence_by_those_who_come_last() {
    let mut crowded = order();
    (crowded.edges, crowded.edge.descriptors, crowded.listeners) = (1, 200_000, 60_000);
    crowded.within_s = 20.0;
    let told = evening(&crowded);

    assert_eq!(told.missed_parts, 0);
    assert!(told.cadences.iter().all(|(_, count)| *count > 0), "{:?}", told.cadences);
    assert_eq!(told.heard, 1.0);
}

#[test]
fn a_door_that_lets_in_fewer_than_come_leaves_the_rest_unanswered_until_later() {
    let mut slow = order();
    (slow.edges, slow.edge.us_per_join, slow.within_s) = (1, 1_000.0, 5.0);
    slow.listeners = 10_000;
    let told = evening(&slow);

    // A thousand a second, in ten seconds, of whom the last came in the fifth.
    assert!(told.heard_within_5_s < 0.9, "{}", told.heard_within_5_s);
    assert!(told.heard > 0.95, "{}", told.heard);
    assert_eq!(told.missed_parts, 0);
}
