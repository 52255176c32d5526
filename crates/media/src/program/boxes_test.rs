use super::boxes::{header, part_bytes};
use crate::flow::{Facts, HallState, SeatId};
use crate::units::{PART_FRAMES, PartNo};

fn facts(seats: &[&str]) -> Facts {
    Facts {
        state: HallState::Announced,
        since: PartNo(155_208_333),
        voices: seats.iter().map(|seat| SeatId::parse(seat).unwrap()).collect(),
        level: [127; PART_FRAMES],
        caption: None,
        lacks: None,
    }
}

#[test]
fn header_and_part_are_the_golden_bytes() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../spec/vectors/cmaf");
    let golden = |name: &str| std::fs::read(format!("{folder}/{name}")).unwrap();

    let packets: Vec<Vec<u8>> = (1..=12_u8).map(|n| vec![n; usize::from(n)]).collect();
    let part = part_bytes(PartNo(155_208_333), &facts(&["ana"]), &packets);

    if std::env::var_os("HUSTINGS_WRITE_VECTORS").is_some() {
        std::fs::create_dir_all(folder).unwrap();
        std::fs::write(format!("{folder}/header.bin"), header()).unwrap();
        std::fs::write(format!("{folder}/part.bin"), &part).unwrap();
        let mut broken = part.to_vec();
        broken.truncate(part.len() - 5);
        std::fs::write(format!("{folder}/part_truncated.bin"), broken).unwrap();
        let mut broken = part.to_vec();
        broken[0..4].copy_from_slice(&u32::MAX.to_be_bytes());
        std::fs::write(format!("{folder}/part_invalid.bin"), broken).unwrap();
    }
    assert_eq!(golden("header.bin"), header());
    assert_eq!(golden("part.bin"), part);
}
