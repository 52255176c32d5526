use proptest::prelude::*;

use super::{PartView, Splitter, StreamPiece, header, part_bytes};
use crate::flow::{Facts, HallState};
use crate::units::{PART_FRAMES, PartNo};

fn stream() -> Vec<u8> {
    let facts = Facts {
        state: HallState::Live,
        since: PartNo(7),
        voices: vec![],
        level: [1; PART_FRAMES],
    };
    let mut bytes = header().to_vec();
    for no in 10..13 {
        bytes.extend(part_bytes(PartNo(no), &facts, &vec![vec![9; 50]; PART_FRAMES]));
    }
    bytes
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
