use super::gate::Gate;
use crate::units::MediaTime;

const NOW: MediaTime = MediaTime(155_208_333 * 11_520);
const BEFORE: MediaTime = MediaTime(NOW.0 - 1);

#[test]
fn an_open_gate_lets_out_all_and_a_closed_one_nothing() {
    assert!(Gate::new(true).lets_out(BEFORE));
    assert!(!Gate::new(false).lets_out(NOW));
}

#[test]
fn what_was_said_before_agreeing_stays_unheard() {
    let mut gate = Gate::new(false);

    gate.set(true, NOW);
    gate.set(true, MediaTime(NOW.0 + 48_000));

    assert_eq!((gate.lets_out(BEFORE), gate.lets_out(NOW)), (false, true));
}

#[test]
fn a_gate_that_closes_is_closed_for_what_is_on_its_way_too() {
    let mut gate = Gate::new(true);

    gate.set(false, NOW);

    assert!(!gate.is_open());
    assert!(!gate.lets_out(BEFORE));
}
