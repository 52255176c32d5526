use std::fs::File;
use std::io::{BufReader, Cursor};
use std::path::Path;

use super::read_ogg;

fn voice() -> BufReader<File> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../src/hustings/voices/ana.opus");
    BufReader::new(File::open(path).unwrap())
}

#[test]
fn a_file_is_read_to_where_its_last_page_says_it_ends() {
    assert_eq!(read_ogg(voice(), usize::MAX).map(|pcm| pcm.len()), Ok(3_774 * 960));
}

#[test]
fn a_file_that_is_longer_than_it_may_be_is_not_read_to_its_end() {
    assert_eq!(read_ogg(voice(), 10 * 48_000), Err("it is longer than 10 s".into()));
}

#[test]
fn what_is_no_ogg_opus_is_refused() {
    assert!(read_ogg(Cursor::new(b"RIFF and so on"), 48_000).is_err());
}
