use proptest::prelude::*;

use super::{Grid, PartView, Splitter, StreamPiece, header, part_bytes};
use crate::flow::{Facts, HallState, LlPart};
use crate::units::{LlNo, PART_FRAMES, PartNo};

fn stream() -> Vec<u8> {
    let facts = Facts {
        state: HallState::Live,
        since: PartNo(7),
        voices: vec![],
        level: [1; PART_FRAMES],
        caption: None,
        lacks: None,
    };
    let mut bytes = header().to_vec();
    for no in 10..13 {
        bytes.extend(part_bytes(PartNo(no), &facts, &vec![vec![9; 50]; PART_FRAMES]));
    }
    bytes
}

fn golden(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/../../spec/vectors/aac/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn cut(bytes: &[u8]) -> (Vec<StreamPiece>, bool) {
    let mut splitter = Splitter::on(Grid::LlParts);
    splitter.handle(bytes);
    let mut pieces = Vec::new();
    loop {
        match splitter.poll() {
            Ok(Some(piece)) => pieces.push(piece),
            Ok(None) => return (pieces, true),
            Err(_) => return (pieces, false),
        }
    }
}

#[test]
fn what_the_packager_writes_is_read_whole_with_the_facts_of_all_its_parts() {
    let (header, part) = (golden("header.bin"), golden("ll_part.bin"));
    let pieces = cut(&[header.clone(), part.clone(), part.clone()].concat());

    let read = StreamPiece::LlPart(LlPart { no: LlNo(38_802_083), bytes: part.into(), captions: vec![] });
    assert_eq!(pieces, (vec![StreamPiece::Header(header.into()), read.clone(), read], true));
}

#[test]
fn a_broken_part_of_the_packager_is_no_part() {
    assert_eq!(cut(&golden("ll_part_truncated.bin")), (vec![], true));
    assert_eq!(cut(&golden("ll_part_off_grid.bin")), (vec![], false));
}

proptest! {
    #[test]
    fn a_stream_reads_the_same_however_it_is_cut(sizes in prop::collection::vec(1_usize..400, 1..60)) {
        let bytes = stream();
        let mut splitter = Splitter::default();
        let mut pieces = Vec::new();
        let mut at = 0;
        for size in sizes.iter().cycle() {
            let end = (at + size).min(bytes.len());
            splitter.handle(&bytes[at..end]);
            while let Some(piece) = splitter.poll().unwrap() {
                pieces.push(piece);
            }
            at = end;
            if at == bytes.len() {
                break;
            }
        }

        prop_assert_eq!(&pieces[0], &StreamPiece::Header(header()));
        let numbers: Vec<u64> = pieces[1..]
            .iter()
            .map(|piece| match piece {
                StreamPiece::Part(part) => part.no.0,
                _ => 0,
            })
            .collect();
        prop_assert_eq!(numbers, vec![10, 11, 12]);
    }

    #[test]
    fn no_bytes_make_the_reader_panic(noise in prop::collection::vec(any::<u8>(), 0..600), at in 0_usize..1200) {
        let mut bytes = stream();
        let end = (at + noise.len()).min(bytes.len());
        if at < end {
            bytes[at..end].copy_from_slice(&noise[..end - at]);
        }
        let mut splitter = Splitter::default();
        splitter.handle(&bytes);
        while let Ok(Some(piece)) = splitter.poll() {
            if let StreamPiece::Part(part) = piece {
                let _ = PartView::read(&part);
            }
        }
    }
}
