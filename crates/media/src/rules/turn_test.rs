use super::Turn;
use crate::units::WallMs;

fn turn() -> Turn {
    let urls = ["turn:turn.example.org:3478?transport=udp", "turns:turn.example.org:443?transport=tcp"];
    Turn { urls: urls.map(str::to_owned).to_vec(), secret: "north".into() }
}

#[test]
fn whoever_has_a_seat_is_told_of_every_relay_with_a_name_that_holds_for_hours() {
    let links = turn().links("p_1", WallMs(1_790_000_000_999));

    // As `openssl dgst -sha1 -hmac north` has it.
    let told = "rel=\"ice-server\"; username=\"1790043200:p_1\"; credential=\"wYuWlsvHVp2HFN9u8Sg7JVngI9g=\"";
    assert_eq!(links.len(), 2);
    assert!(links[0].starts_with("<turn:turn.example.org:3478?transport=udp>; "), "{links:?}");
    assert!(links[1].starts_with("<turns:turn.example.org:443?transport=tcp>; "), "{links:?}");
    assert!(links.iter().all(|link| link.contains(told)), "{links:?}");
}

#[test]
fn a_secret_is_not_told_to_a_log() {
    assert_eq!(format!("{:?}", turn()).find("north"), None);
}
