use proptest::prelude::*;

use super::pick::{Offered, Pick};
use crate::flow::LineId;

const OWN: LineId = LineId(1);
const COPY: LineId = LineId(2);

fn offered(own: bool, copy: bool) -> [Offered; 2] {
    [Offered { line: OWN, own: true, has: own }, Offered { line: COPY, own: false, has: copy }]
}

fn chosen(pick: &mut Pick, frames: u32, own: bool, copy: bool) -> Vec<LineId> {
    let mut lines: Vec<_> = (0..frames).filter_map(|_| pick.choose(&offered(own, copy))).collect();
    lines.dedup();
    lines
}

#[test]
fn a_seat_is_heard_from_its_own_line_while_that_delivers() {
    let mut pick = Pick::default();

    assert_eq!(chosen(&mut pick, 100, true, true), [OWN]);
    assert_eq!(chosen(&mut pick, 100, true, false), [OWN]);
}

#[test]
fn a_copy_steps_in_at_once_and_stays_until_the_own_line_has_delivered_for_a_second() {
    let mut pick = Pick::default();
    chosen(&mut pick, 10, true, true);

    assert_eq!(chosen(&mut pick, 1, false, true), [COPY]);
    assert_eq!(chosen(&mut pick, 49, true, true), [COPY]);
    assert_eq!(chosen(&mut pick, 1, true, true), [OWN]);
}

#[test]
fn where_nobody_speaks_nothing_changes() {
    let mut pick = Pick::default();
    chosen(&mut pick, 10, false, true);

    assert_eq!(chosen(&mut pick, 100, false, false), [COPY]);
    assert_eq!(Pick::default().choose(&[]), None);
}

proptest! {
    #[test]
    fn whenever_some_line_has_the_frame_the_one_chosen_has_it(
        frames in prop::collection::vec(prop::collection::vec((0_u64..6, any::<bool>(), any::<bool>()), 0..6), 0..200)
    ) {
        let mut pick = Pick::default();
        for frame in frames {
            let offered: Vec<_> =
                frame.into_iter().map(|(id, own, has)| Offered { line: LineId(id), own, has }).collect();
            // A line is named once.
            let mut once = offered.clone();
            once.sort_by_key(|one| one.line);
            once.dedup_by_key(|one| one.line);

            let line = pick.choose(&once);

            let has = once.iter().any(|one| one.has);
            prop_assert_eq!(line.is_some(), !once.is_empty());
            prop_assert!(!has || once.iter().any(|one| Some(one.line) == line && one.has));
        }
    }
}
