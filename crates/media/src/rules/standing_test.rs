use proptest::prelude::*;

use super::{HallOrder, Orders, Standing};
use crate::flow::HallState;
use crate::units::WallMs;

const START_MS: i64 = 1_790_000_000_000;

fn order(state: &str, since_ms: i64, starts_at: &str) -> HallOrder {
    let text = format!(
        r#"{{"halls":[{{"hall":"eve","state":"{state}","since_ms":{since_ms},"starts_at_ms":{starts_at}}}]}}"#
    );
    Orders::parse(text.as_bytes()).unwrap().halls.remove(0)
}

fn at(order: &HallOrder, ms: i64) -> (HallState, i64) {
    let Standing { state, since_ms } = order.standing(WallMs(START_MS + ms));
    (state, since_ms - START_MS)
}

#[test]
fn a_hall_goes_live_on_its_second_whether_its_doors_were_opened_or_not() {
    for (word, state) in [("announced", HallState::Announced), ("doors", HallState::Doors)] {
        let hall = order(word, START_MS - 60_000, &START_MS.to_string());

        assert_eq!(at(&hall, -1), (state, -60_000));
        assert_eq!(at(&hall, 0), (HallState::Live, 0));
        assert_eq!(at(&hall, 90_000), (HallState::Live, 0));
    }
}

#[test]
fn a_start_that_slipped_takes_the_one_before_back() {
    let slipped = order("doors", START_MS - 60_000, &(START_MS + 30_000).to_string());

    assert_eq!(at(&slipped, 0), (HallState::Doors, -60_000));
    assert_eq!(at(&slipped, 30_000), (HallState::Live, 30_000));
}

#[test]
fn a_hall_without_a_second_waits_for_whoever_opens_it() {
    let hall = order("doors", START_MS, "null");

    assert_eq!(at(&hall, 3_600_000), (HallState::Doors, 0));
}

#[test]
fn what_the_desk_notes_of_a_start_moves_nothing() {
    let start = START_MS.to_string();

    assert_eq!(at(&order("live", START_MS + 40, &start), 500), (HallState::Live, 0));
    assert_eq!(at(&order("live", START_MS + 9_000, &start), 10_000), (HallState::Live, 9_000));
    assert_eq!(at(&order("paused", START_MS + 40, &start), 500), (HallState::Paused, 40));
    assert_eq!(at(&order("ended", START_MS - 40, &start), 500), (HallState::Ended, -40));
}

proptest! {
    #[test]
    fn a_hall_that_is_live_stays_so_and_since_is_never_ahead(
        word in prop::sample::select(vec!["announced", "doors", "live", "paused", "ended"]),
        since_ms in -100_000_i64..0,
        starts_in_ms in prop::option::of(-100_000_i64..100_000),
        steps in prop::collection::vec(0_i64..20_000, 1..20),
    ) {
        let starts_at = starts_in_ms.map_or("null".into(), |ms| (START_MS + ms).to_string());
        let hall = order(word, START_MS + since_ms, &starts_at);
        let (mut now_ms, mut before) = (0, at(&hall, 0));
        for step in steps {
            now_ms += step;
            let stands = at(&hall, now_ms);
            prop_assert!(stands.1 <= now_ms);
            prop_assert!(stands == before || stands.0 == HallState::Live && before.0 != HallState::Ended);
            before = stands;
        }
    }
}
