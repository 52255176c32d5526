use std::net::SocketAddr;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::tcp_door::{Input, Output, TcpDoor};
use crate::testing::start;

const CHECK: &[u8] = &[0, 4, 0, 1, 0, 0];

fn peer(host: u8, port: u16) -> SocketAddr {
    ([198, 51, 100, host], port).into()
}

fn open() -> (TcpDoor, Instant) {
    (TcpDoor::default(), start().instant)
}

fn told(door: &mut TcpDoor) -> Vec<Output> {
    std::iter::from_fn(|| door.poll()).collect()
}

#[test]
fn datagrams_go_both_ways() {
    let (mut door, now) = open();
    let ana = peer(1, 5_000);
    door.handle(Input::Accepted(ana), now);

    door.handle(Input::Received(ana, CHECK), now);
    door.handle(Input::Proven(ana), now);
    door.handle(Input::Send(ana, &[1, 2, 3]), now);

    assert_eq!(told(&mut door), [Output::Datagram(ana, CHECK[2..].to_vec()), Output::Send(ana)]);
    assert_eq!(door.owed(ana), [0, 3, 1, 2, 3]);
    door.sent(ana, 4);
    assert_eq!(door.owed(ana), [3]);
}

#[test]
fn a_stranger_has_few_bytes_little_time_and_only_checks_to_send() {
    let (mut door, now) = open();
    let [talker, sleeper, player, known] = [1, 2, 3, 4].map(|host| peer(host, 1));
    for one in [talker, sleeper, player, known] {
        door.handle(Input::Accepted(one), now);
    }
    door.handle(Input::Proven(known), now);

    door.handle(Input::Received(player, &[0, 2, 0x80, 111]), now);
    (0..700).for_each(|_| door.handle(Input::Received(talker, CHECK), now));
    (0..700).for_each(|_| door.handle(Input::Received(known, &[0, 2, 0x80, 111]), now));
    let at = door.deadline().unwrap();
    door.handle(Input::Timeout, at);

    let closed = told(&mut door).into_iter().filter(|one| matches!(one, Output::Close(..)));
    assert_eq!(
        closed.collect::<Vec<_>>(),
        [player, talker, sleeper].map(|one| Output::Close(one, "unproven"))
    );
    assert_eq!(door.deadline(), None);
}

#[test]
fn one_source_cannot_take_the_place_of_others() {
    let (mut door, now) = open();
    (0..100).for_each(|port| door.handle(Input::Accepted(peer(1, 1_000 + port)), now));
    let refused = told(&mut door).len();

    door.handle(Input::Accepted(peer(2, 1)), now);
    let other = told(&mut door);
    (0..16).for_each(|port| door.handle(Input::Proven(peer(1, 1_000 + port)), now));
    door.handle(Input::Accepted(peer(1, 9_000)), now);

    assert_eq!(refused, 100 - 16);
    assert_eq!(other, []);
    assert_eq!(told(&mut door), []);
}

#[test]
fn strangers_from_everywhere_leave_the_proven_alone() {
    let (mut door, now) = open();
    let ana = peer(250, 1);
    door.handle(Input::Accepted(ana), now);
    door.handle(Input::Proven(ana), now);

    for host in 0..200 {
        (0..10).for_each(|port| door.handle(Input::Accepted(peer(host, port)), now));
    }
    let later = now + Duration::from_secs(11);
    door.handle(Input::Timeout, later);
    door.handle(Input::Accepted(peer(1, 1)), later);

    assert_eq!(told(&mut door).len(), 2_000);
    door.handle(Input::Send(ana, &[1]), later);
    assert_eq!(told(&mut door), [Output::Send(ana)]);
}

proptest! {
    #[test]
    fn no_bytes_harm_the_door(
        reads in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..600), 0..20),
        proven in any::<bool>(),
    ) {
        let (mut door, now) = open();
        let ana = peer(1, 1);
        door.handle(Input::Accepted(ana), now);
        if proven {
            door.handle(Input::Proven(ana), now);
        }

        for bytes in &reads {
            door.handle(Input::Received(ana, bytes), now);
        }

        let told = told(&mut door);
        let closes = told.iter().filter(|one| matches!(one, Output::Close(..))).count();
        prop_assert!(closes <= 1);
        if !proven {
            let of_strangers = told.iter().filter(|one| matches!(one, Output::Datagram(..))).count();
            prop_assert!(of_strangers <= 4_096);
        }
    }
}
