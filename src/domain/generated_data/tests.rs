//! The bytes and the URLs of generated data.

use super::*;

fn bytes(data: GeneratedData, from: u64, count: usize) -> Vec<u8> {
    let mut block = vec![7; count];
    data.fill(from, &mut block);
    block
}

#[test]
fn random_bytes_are_those_of_splitmix64() {
    let data = GeneratedData {
        size: 64,
        pattern: Pattern::Random(1_234_567),
        header: DiskHeader::None,
    };
    // The first two numbers that the author's program prints for this seed.
    let words = [6_457_827_717_110_365_317_u64, 3_203_168_211_198_807_973];
    let expected: Vec<_> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    assert_eq!(bytes(data, 0, 16), expected);
}

#[test]
fn a_part_is_the_same_from_any_offset() {
    for header in [
        DiskHeader::None,
        DiskHeader::Qcow2(1 << 30),
        DiskHeader::Iso,
    ] {
        let (size, pattern) = (300_000, Pattern::Random(3));
        let data = GeneratedData {
            size,
            pattern,
            header,
        };
        let whole = bytes(data, 0, 300_000);
        for from in [0, 1, 7, 8, 99, 100, 32_767, 32_770, 262_143, 262_150] {
            for count in [0, 1, 5, 8, 17, 2048] {
                let part = bytes(data, from as u64, count);
                assert_eq!(part, whole[from..from + count], "{header:?} {from} {count}");
            }
        }
    }
}

#[test]
fn a_url_describes_the_data_completely() {
    for (pattern, header) in [
        (Pattern::Zeros, DiskHeader::None),
        (Pattern::Random(u64::MAX), DiskHeader::Qcow2(10)),
        (Pattern::Zeros, DiskHeader::Iso),
    ] {
        let data = GeneratedData {
            size: 5,
            pattern,
            header,
        };
        assert_eq!(GeneratedData::from_url(&data.url("x")), Some(data));
    }
    let data = GeneratedData::from_url("made://zeros/21474836480/x").unwrap();
    assert_eq!(data.size, 20 << 30);
    for wrong in [
        "made://ones/1/x",
        "made://zeros/x",
        "made://zeros/1",
        "memory:///x",
    ] {
        assert_eq!(GeneratedData::from_url(wrong), None, "{wrong}");
    }
}
