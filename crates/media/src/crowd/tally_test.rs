use super::tally::Tally;

#[test]
fn percentiles_are_within_a_step_of_the_truth() {
    let mut tally = Tally::default();

    (1..=1_000).for_each(|ms| tally.add(f64::from(ms)));

    for (share, truth) in [(0.5, 500.0), (0.95, 950.0), (0.99, 990.0), (1.0, 1_000.0)] {
        let told = tally.at(share).unwrap();
        assert!((truth..truth * 1.003).contains(&told), "{share}: {told}");
    }
}

#[test]
fn a_clock_that_is_ahead_gives_negative_ages() {
    let mut tally = Tally::default();

    [-3_600_000.0, -3_599_000.0, 5.0].into_iter().for_each(|ms| tally.add(ms));

    assert!(tally.at(0.5).unwrap() < -3_500_000.0);
    assert!(tally.at(1.0).unwrap() > 4.9);
}

#[test]
fn nothing_counted_tells_nothing() {
    assert_eq!(Tally::default().at(0.5), None);
}
