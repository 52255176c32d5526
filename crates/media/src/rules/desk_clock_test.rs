use super::desk_clock::DeskClock;
use super::orders::Orders;
use crate::units::WallMs;

const NOW: i64 = 1_790_000_000_000;

type Dumps = Vec<(u64, i64, i64)>;

fn dumped(at_ms: i64, dumps: &str) -> Orders {
    let text = format!(
        r#"{{"at_ms":{at_ms},"halls":[{{"hall":"a","state":"live","air_delay_ms":9600,"dumps":{dumps}}}]}}"#
    );
    Orders::parse(text.as_bytes()).unwrap()
}

/// When an order is given by the desk's clock, when it comes by ours, and the dumps in it, all after `NOW`.
type Told<'a> = (i64, i64, &'a [(u64, i64, i64)]);

/// The dumps that each order leaves.
fn settled(clock: &mut DeskClock, told: &[Told]) -> Vec<Dumps> {
    let mut before = Orders::default();
    let mut left = Vec::new();
    for (given, came, dumps) in told {
        let dumps: Dumps = dumps.iter().map(|&(no, from, to)| (no, NOW + from, NOW + to)).collect();
        let mut orders = dumped(NOW + given, &serde_json::to_string(&dumps).unwrap());
        clock.settle(&mut orders, &before, WallMs(NOW + came));
        assert_eq!(orders.at_ms, 0);
        left.push(orders.halls[0].dumps.iter().map(|&(no, from, to)| (no, from - NOW, to - NOW)).collect());
        before = Orders::parse(&serde_json::to_vec(&orders).unwrap()).unwrap();
        assert_eq!(before, orders, "what is remembered is on our clock");
    }
    left
}

#[test]
fn a_moment_on_the_way_is_no_other_clock() {
    let mut clock = DeskClock::default();

    let told =
        settled(&mut clock, &[(0, 20, &[]), (2_000, 2_010, &[]), (4_000, 5_600, &[(1, -6_000, 4_000)])]);

    assert_eq!(told[2], [(1, -6_000, 4_000)]);
}

#[test]
fn what_is_taken_out_by_another_clock_is_put_on_ours_once_and_stays_there() {
    let hour = 3_600_000;
    let mut clock = DeskClock::default();

    let told = settled(
        &mut clock,
        &[
            (hour, 10, &[(1, hour - 6_000, hour)]),
            (hour + 2_000, 2_300, &[(1, hour - 6_000, hour)]),
            (4_000, 4_010, &[(1, hour - 6_000, hour), (2, -2_000, 4_000)]),
        ],
    );

    assert_eq!(told[0], [(1, -6_000, 0)]);
    assert_eq!(told[1], told[0]);
    assert_eq!(told[2], [(1, -6_000, 0), (2, -2_000, 4_000)]);
}

#[test]
fn two_stages_that_read_another_clock_a_little_differently_take_out_the_same() {
    let dump: &[(u64, i64, i64)] = &[(1, 114_000, 120_000)];

    let [one, other] =
        [3, 41].map(|late| settled(&mut DeskClock::default(), &[(120_000, late, dump)]).remove(0));

    assert_eq!(one, other);
}

#[test]
fn what_still_waits_is_taken_out_whatever_the_desk_says_by_then() {
    let mut clock = DeskClock::default();

    let told = settled(
        &mut clock,
        &[(0, 10, &[(1, -6_000, 0)]), (122_000, 2_010, &[]), (128_000, 8_010, &[]), (131_000, 11_010, &[])],
    );

    assert_eq!(told[1], [(1, -6_000, 0)]);
    assert_eq!(told[2], [(1, -6_000, 0)]);
    assert_eq!(told[3], []);
}
