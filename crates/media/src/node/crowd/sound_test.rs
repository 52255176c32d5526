use super::*;

#[test]
fn an_opus_file_is_as_long_as_its_last_page_says() {
    let voices = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../src/hustings/voices");

    let lengths = ["ana.opus", "ben.opus"].map(|name| load(&voices.join(name)).map(|pcm| pcm.len()).ok());

    // 75.48 s, whole frames: both loop in step without a frame between.
    assert_eq!(lengths, [Some(3_774 * 960); 2]);
}
