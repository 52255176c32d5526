use proptest::prelude::*;

use super::framing::{Deframer, FRAME_BYTES_MAX, FrameTooLong, Outbox};

fn pieces(bytes: &[u8], cuts: &[usize]) -> Vec<Vec<u8>> {
    let mut rest = bytes;
    let mut pieces = Vec::new();
    for &cut in cuts {
        let (piece, more) = rest.split_at(cut.min(rest.len()));
        pieces.push(piece.to_vec());
        rest = more;
    }
    pieces.push(rest.to_vec());
    pieces
}

#[test]
fn a_frame_longer_than_any_datagram_is_a_fault() {
    let length = (FRAME_BYTES_MAX as u16 + 1).to_be_bytes();

    assert_eq!(Deframer::default().handle(&length), Err(FrameTooLong));
}

#[test]
fn what_does_not_fit_is_dropped_whole() {
    let mut outbox = Outbox::default();
    let taken = (0..100).filter(|_| outbox.put(&[7; 1_000])).count();

    assert_eq!(taken, Outbox::BYTES_MAX / 1_002);
    assert_eq!(outbox.owed().len(), taken * 1_002);
    assert!(!outbox.put(&[7; FRAME_BYTES_MAX + 1]));
}

proptest! {
    #[test]
    fn datagrams_come_out_as_they_went_in_however_the_stream_is_cut(
        datagrams in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..12),
        cuts in prop::collection::vec(0_usize..200, 0..40),
        takes in prop::collection::vec(1_usize..500, 1..200),
    ) {
        let mut outbox = Outbox::default();
        datagrams.iter().for_each(|datagram| assert!(outbox.put(datagram)));
        let mut stream = Vec::new();
        for take in takes.iter().cycle() {
            let count = outbox.owed().len().min(*take);
            if count == 0 {
                break;
            }
            stream.extend_from_slice(&outbox.owed()[..count]);
            outbox.sent(count);
        }

        let mut deframer = Deframer::default();
        let mut came: Vec<Vec<u8>> = Vec::new();
        for piece in pieces(&stream, &cuts) {
            came.extend(deframer.handle(&piece).unwrap());
        }

        let sent: Vec<Vec<u8>> = datagrams.into_iter().filter(|one| !one.is_empty()).collect();
        prop_assert_eq!(came, sent);
        prop_assert_eq!(deframer.held(), 0);
    }

    #[test]
    fn no_bytes_make_the_reader_panic_or_hold_more_than_a_frame(
        stream in prop::collection::vec(any::<u8>(), 0..3_000),
        cuts in prop::collection::vec(0_usize..700, 0..20),
    ) {
        let mut deframer = Deframer::default();
        for piece in pieces(&stream, &cuts) {
            let came = deframer.handle(&piece);
            prop_assert!(deframer.held() < 2 + FRAME_BYTES_MAX);
            if came.is_err() {
                break;
            }
        }
    }
}
