use bytes::Bytes;
use proptest::prelude::*;

use super::{KEPT_PARTS, Window};
use crate::flow::Part;
use crate::units::PartNo;

fn part(no: u64) -> Part {
    Part { no: PartNo(no), bytes: Bytes::from(no.to_string()) }
}

#[test]
fn the_same_part_from_two_sources_is_kept_once() {
    let mut window = Window::default();

    assert!(window.push(&part(10)));
    assert!(!window.push(&part(10)));
    assert!(window.push(&part(9)));
    assert_eq!(window.at_or_after(PartNo(0)).unwrap().no, PartNo(9));
    assert_eq!(&window.at_or_after(PartNo(10)).unwrap().chunk[..], b"2\r\n10\r\n");
}

#[test]
fn only_half_a_minute_is_kept() {
    let mut window = Window::default();

    (0..1_000).for_each(|no| assert!(window.push(&part(no))));

    assert_eq!(window.at_or_after(PartNo(0)).unwrap().no, PartNo(1_000 - KEPT_PARTS));
    assert!(!window.push(&part(100)));
}

proptest! {
    #[test]
    fn whatever_the_order_of_arrival_the_order_of_reading_is_by_number(
        order in Just((0_u64..100).collect::<Vec<_>>()).prop_shuffle()
    ) {
        let mut window = Window::default();
        for &no in &order {
            window.push(&part(no));
        }

        let mut next = PartNo(0);
        let mut read = Vec::new();
        while let Some(framed) = window.at_or_after(next) {
            read.push(framed.no.0);
            next = framed.no.next();
        }
        prop_assert_eq!(read, (0..100).collect::<Vec<_>>());
    }
}
