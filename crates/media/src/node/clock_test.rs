use super::*;

fn at(boot: &str, uptime_ms: i64, media: i64) -> Anchor {
    Anchor { boot: boot.into(), uptime_ms, media }
}

#[test]
fn a_wall_clock_set_back_by_an_hour_repeats_no_number() {
    let before = at("one", 10_000, 7_200 * 48_000);
    let now = at("one", 40_000, 3_630 * 48_000);

    assert_eq!(Anchor::continued(&now, Some(&before)), 7_230 * 48_000);
}

#[test]
fn a_wall_clock_set_forward_is_followed() {
    let before = at("one", 10_000, 3_600 * 48_000);
    let now = at("one", 40_000, 7_230 * 48_000);

    assert_eq!(Anchor::continued(&now, Some(&before)), 7_230 * 48_000);
}

#[test]
fn another_boot_and_an_uptime_that_ran_back_are_not_believed() {
    let now = at("two", 40_000, 3_630 * 48_000);

    for before in [at("one", 10_000, 7_200 * 48_000), at("two", 50_000, 7_200 * 48_000)] {
        assert_eq!(Anchor::continued(&now, Some(&before)), 3_630 * 48_000);
    }
}

#[test]
fn a_second_clock_of_the_same_folder_is_never_behind_the_first() {
    let file = std::env::temp_dir().join(format!("hustings-clock-{}", std::process::id()));
    let ahead = Clock { anchor_media: MediaTime(i64::MAX / 4), ..Clock::start() };

    let first = ahead.continued(&file);
    let second = Clock::start().continued(&file);
    let nonsense = {
        std::fs::write(&file, b"{").expect("the file was just written");
        Clock::start().continued(&file)
    };

    std::fs::remove_file(&file).expect("the file was just written");
    // /proc/uptime counts hundredths of a second.
    assert!((second.media() - first.media()).0.abs() < SampleCount::from_ms(100).0);
    assert!(nonsense.media() < second.media());
}
