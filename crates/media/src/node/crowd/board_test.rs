use super::*;

fn state(connected: bool, heard: bool, reconnects: u64) -> Value {
    json!({"seat": "ana", "connected": connected, "heard": heard, "reconnects": reconnects})
}

#[test]
fn a_speaker_is_heard_if_one_of_the_connections_is() {
    let mut board = Board::default();
    board.tell((0, 0), state(true, false, 1));
    board.tell((1, 0), state(false, false, 3));
    board.tell((0, 1), state(true, true, 2));

    let told = board.speakers();

    let mut one = state(true, true, 3);
    one["lines"] = json!(2);
    let mut other = state(false, false, 3);
    other["lines"] = json!(0);
    assert_eq!(told, [one, other]);
}
