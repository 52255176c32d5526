use super::*;

fn at(boot: &str, seconds: i64, media_s: i64) -> Anchor {
    Anchor { boot: boot.into(), monotonic_ns: seconds * 1_000_000_000, media: media_s * 48_000 }
}

fn temporary(name: &str) -> std::path::PathBuf {
    std::env::temp_dir().join(format!("hustings-{name}-{}", std::process::id()))
}

#[test]
fn a_wall_clock_set_back_by_an_hour_repeats_no_number() {
    let (before, now) = (at("one", 10, 7_200), at("one", 40, 3_630));

    for alone in [true, false] {
        assert_eq!(Anchor::continued(&now, Some(&before), alone), 7_230 * 48_000);
    }
}

#[test]
fn a_wall_clock_set_forward_is_followed_by_whoever_is_alone() {
    let (before, now) = (at("one", 10, 3_600), at("one", 40, 7_230));

    assert_eq!(Anchor::continued(&now, Some(&before), true), 7_230 * 48_000);
    assert_eq!(Anchor::continued(&now, Some(&before), false), 3_630 * 48_000);
}

#[test]
fn another_boot_and_a_clock_that_ran_back_are_not_believed() {
    let now = at("two", 40, 3_630);

    for before in [at("one", 10, 7_200), at("two", 50, 7_200)] {
        assert_eq!(Anchor::continued(&now, Some(&before), true), 3_630 * 48_000);
    }
}

#[test]
fn clocks_of_one_file_agree_to_the_sample_whoever_comes_and_goes() {
    let file = temporary("clock");
    let off =
        |ms| Clock { anchor_media: Clock::start().anchor_media + SampleCount::from_ms(ms), ..Clock::start() };

    let (first, held) = off(0).shared(&file);
    let (ahead, held_too) = off(7_200_000).shared(&file);
    drop(held);
    let (behind, _held) = off(-300).shared(&file);
    drop(held_too);
    let (again, _held_again) = off(400).shared(&file);

    std::fs::remove_file(&file).expect("the file was just written");
    let moment = first.instant();
    let apart = [ahead, behind, again].map(|other| (other.media_at(moment) - first.media_at(moment)).0.abs());
    // Reading two clocks one after the other takes some microseconds; a sample is twenty.
    assert!(apart.iter().all(|samples| *samples < 48), "{apart:?}");
}

#[test]
fn a_file_of_nonsense_is_written_anew() {
    let file = temporary("nonsense");
    std::fs::write(&file, b"{").expect("a temporary file");

    let (first, _held) = Clock::start().shared(&file);
    let (second, _held_too) = Clock::start().shared(&file);

    std::fs::remove_file(&file).expect("the file was just written");
    let moment = first.instant();
    assert!((second.media_at(moment) - first.media_at(moment)).0.abs() < 48);
}
