//! The law of the line: its bytes, and what is told from what when they change.

use super::*;
use proptest::prelude::*;

fn event(kind: &str, source: Option<Source>, data: &str) -> NewEvent {
    let at = DateTime::parse_from_rfc3339("2026-11-24T07:36:11.123+07:00").unwrap();
    let data = RawValue::from_string(data.to_owned()).unwrap();
    NewEvent { at, kind: kind.to_owned(), v: 1, source, data }
}

fn source(key: &str) -> Option<Source> {
    Some(Source { tab: 1203, row: 57, key: key.into() })
}

/// A ledger of one segment: the header, then batches of events.
fn lines(batches: &[&[&str]]) -> Vec<Vec<u8>> {
    let mut chain = Chain::default();
    let mut header = Vec::new();
    write_header(&mut header, "sman1", 1, chain.last_hash());
    chain.header(&header).unwrap();
    let mut all = vec![header];
    for batch in batches {
        let group = chain.next_seq();
        for data in *batch {
            let mut line = Vec::new();
            write_line(
                &mut line,
                chain.next_seq(),
                group,
                &event("note", None, data),
                chain.last_hash(),
            )
            .unwrap();
            chain.line(&line).unwrap();
            all.push(line);
        }
    }
    all
}

/// What the chain says to these bytes: how many lines are valid, and whether the rest is a torn
/// tail or damage.
fn judge(bytes: &[u8]) -> (u64, Result<Option<LineFault>, LineFault>) {
    let mut chain = Chain::default();
    let mut stretches = bytes.split_inclusive(|b| *b == b'\n');
    if let Err(fault) = chain.header(stretches.next().unwrap_or_default()) {
        return (0, Err(fault));
    }
    while let Some(stretch) = stretches.next() {
        let Err(fault) = chain.line(stretch) else { continue };
        let tail = Tail::new(&chain, fault).and_then(|mut tail| {
            tail.examine(stretch)?;
            stretches.try_for_each(|later| tail.examine(later))?;
            Ok(Some(tail.fault().clone()))
        });
        return (chain.head().seq, tail);
    }
    (chain.head().seq, Ok(None))
}

#[test]
fn the_bytes_of_a_line_are_law() {
    let mut out = Vec::new();
    let hash = write_header(&mut out, "sman1", 1, &LineHash::ZERO);
    let hash = write_line(
        &mut out,
        1,
        1,
        &event("meeting_report.submitted", source("k\"1"), r#"{"a":1}"#),
        &hash,
    );
    write_line(&mut out, 2, 1, &event("season_opened", None, "{}"), &hash.unwrap()).unwrap();
    insta::assert_snapshot!(String::from_utf8(out).unwrap(), @r#"
{"halaqah":"ledger","format":1,"program":"sman1","first":1,"prev":"0000000000000000000000000000000000000000000000000000000000000000","hash":"c4cd450f298b1a97598a690b8c6e6ad8c464a1f74fee0610c1ab4487a1fc149d"}
{"seq":1,"group":1,"at":"2026-11-24T07:36:11.123+07:00","type":"meeting_report.submitted","v":1,"source":{"tab":1203,"row":57,"key":"k\"1"},"data":{"a":1},"hash":"6e4d4b198be7477be463ab163dee0a47b2e32ed33b8e97a61e538a8dd6066768"}
{"seq":2,"group":1,"at":"2026-11-24T07:36:11.123+07:00","type":"season_opened","v":1,"data":{},"hash":"f5f55c90874e6d3b20821e1bffb2b2283e09a89a355c051a849f4df705e16f32"}
"#);
}

#[test]
fn a_line_break_between_tokens_becomes_a_space() {
    let all = lines(&[&["{\n\"a\":\r\n1}"]]);
    assert_eq!(Line::parse(&all[1]).unwrap().data.get(), "{ \"a\":  1}");
}

#[test]
fn a_type_that_could_break_the_line_is_refused() {
    for kind in ["", "a b", "a\"b", "a\nb", "Ä", "A"] {
        let written = write_line(&mut Vec::new(), 1, 1, &event(kind, None, "{}"), &LineHash::ZERO);
        assert_eq!(written, Err(LineFault::Kind(kind.to_owned())));
    }
}

#[test]
fn unknown_fields_and_newer_versions_are_read() {
    let mut line = br#"{"seq":1,"group":1,"at":"2030-01-01T00:00:00Z","type":"x","v":7,"source":{"tab":1,"row":2,"key":"k","b":0},"data":[],"by":{"x":1}"#.to_vec();
    let hash = append_hash(&mut line, 0, &LineHash::ZERO);
    let read = Chain::default().line(&line).unwrap();
    assert_eq!((read.v, read.kind, read.data.get(), read.hash), (7, "x", "[]", hash));
    assert_eq!(read.source.unwrap().row, 2);

    let mut header = format!(
        r#"{{"halaqah":"ledger","format":9,"program":"x","first":1,"prev":"{}","new":[1]"#,
        LineHash::ZERO
    )
    .into_bytes();
    append_hash(&mut header, 0, &LineHash::ZERO);
    assert_eq!(Chain::default().header(&header).unwrap().format, 9);
}

#[test]
fn a_batch_number_that_cannot_be_is_refused() {
    let all = lines(&[&["1"], &["2"]]);
    let mut chain = Chain::default();
    chain.header(&all[0]).unwrap();
    chain.line(&all[1]).unwrap();
    let mut forged = Vec::new();
    write_line(&mut forged, 2, 7, &event("note", None, "2"), chain.last_hash()).unwrap();
    assert_eq!(chain.line(&forged).unwrap_err(), LineFault::Group { seq: 2, found: 7 });
    assert_eq!(chain.next_seq(), 2, "a refused line does not move the chain");
}

#[test]
fn a_cut_leaves_the_lines_before_it_and_a_torn_tail() {
    let all = lines(&[&["1"], &["2", "3"]]);
    let bytes = all.concat();
    let ends: Vec<usize> = (1..=all.len()).map(|n| all[..n].concat().len()).collect();
    for cut in ends[0]..bytes.len() {
        let whole = ends.iter().filter(|end| **end <= cut).count() as u64 - 1;
        let (valid, tail) = judge(&bytes[..cut]);
        assert_eq!((valid, tail.unwrap().is_some()), (whole, !ends.contains(&cut)), "cut at {cut}");
    }
    (0..ends[0])
        .for_each(|cut| assert!(judge(&bytes[..cut]).1.is_err(), "cut in the header at {cut}"));
}

#[test]
fn lost_blocks_of_the_last_batch_are_a_torn_tail_and_of_any_other_damage() {
    let all = lines(&[&["1", "2"], &["3", "4", "5"]]);
    for n in 1..all.len() {
        let mut holed = all.clone();
        let middle = holed[n].len() / 2;
        holed[n][middle - 8..middle + 8].fill(0);
        let (valid, tail) = judge(&holed.concat());
        assert_eq!(valid, n as u64 - 1);
        assert_eq!(tail.is_ok(), n >= 3, "hole in event {n}: {tail:?}");
    }
}

#[test]
fn every_flipped_bit_is_damage_or_a_torn_tail_of_the_last_batch() {
    let all = lines(&[&["1", "2"], &["\"three\""], &["\"four\"", "[5]"]]);
    let bytes = all.concat();
    let last_batch = all[..4].concat().len();
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let (valid, tail) = judge(&flipped);
        match tail {
            Err(_) => {}
            Ok(Some(_)) => {
                assert!(bit / 8 >= last_batch && valid >= 3, "bit {bit} passes for a torn tail")
            }
            Ok(None) => panic!("bit {bit} goes unnoticed"),
        }
    }
}

#[test]
fn missing_doubled_swapped_and_strange_lines_are_damage() {
    for batches in [&[&["1"][..], &["2"], &["3"]][..], &[&["1", "2", "3"]], &[&["1"], &["2", "3"]]]
    {
        let all = lines(batches);
        for n in 0..all.len() {
            let mut doubled = all.clone();
            doubled.insert(n, all[n].clone());
            assert!(judge(&doubled.concat()).1.is_err(), "line {n} doubled");

            let mut strange = all.clone();
            strange.insert(n, b"hello\n".to_vec());
            assert!(judge(&strange.concat()).1.is_err(), "a strange line before line {n}");

            if n + 1 < all.len() {
                let mut missing = all.clone();
                missing.remove(n);
                assert!(judge(&missing.concat()).1.is_err(), "line {n} missing");

                let mut swapped = all.clone();
                swapped.swap(n, n + 1);
                assert!(judge(&swapped.concat()).1.is_err(), "lines {n} and {} swapped", n + 1);
            }
        }
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read(
        texts in proptest::collection::vec((any::<String>(), proptest::option::of(any::<String>())), 1..6),
        millis in -60_000_000_000_000_i64..250_000_000_000_000,
        offset in -50_400..50_400_i32,
        program in any::<String>(),
    ) {
        let zone = FixedOffset::east_opt(offset / 60 * 60).unwrap();
        let at = DateTime::from_timestamp_millis(millis).unwrap().with_timezone(&zone);
        let mut chain = Chain::default();
        let mut header = Vec::new();
        write_header(&mut header, &program, 1, chain.last_hash());
        prop_assert_eq!(chain.header(&header).unwrap().program, program);
        for (text, key) in texts {
            let source = key.as_deref().and_then(source);
            let data = serde_json::to_string(&text).unwrap();
            let new = NewEvent { at, ..event("a.b_c1", source.clone(), &data) };
            let mut raw = Vec::new();
            let hash = write_line(&mut raw, chain.next_seq(), 1, &new, chain.last_hash()).unwrap();
            prop_assert_eq!(raw.iter().filter(|b| **b == b'\n').count(), 1);
            let line = chain.line(&raw).unwrap();
            prop_assert_eq!((line.at, line.kind, line.v, line.hash), (at, "a.b_c1", 1, hash));
            prop_assert_eq!(line.at.offset(), at.offset());
            prop_assert_eq!(line.source.as_ref().map(Source::from), source);
            prop_assert_eq!(line.data.get(), data);
        }
    }

    #[test]
    fn a_hash_goes_round(bytes in any::<[u8; 32]>()) {
        let hash = LineHash(bytes);
        prop_assert_eq!(hash.to_string().parse::<LineHash>().unwrap(), hash);
        prop_assert_eq!(hash.to_string().into_bytes(), hash.hex());
        prop_assert!(hash.to_string().to_uppercase().parse::<LineHash>().is_err() || hash.hex().iter().all(u8::is_ascii_digit));
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = judge(&bytes);
        let _ = judge(&[lines(&[&["1"]]).concat(), bytes].concat());
    }
}

#[test]
fn a_witness_tells_a_ledger_that_went_back_or_was_rewritten() {
    let all = lines(&[&["1", "2"], &["3"]]);
    let heads: Vec<Head> = all[1..]
        .iter()
        .map(|raw| Line::parse(raw).unwrap())
        .map(|l| Head { seq: l.seq, hash: l.hash })
        .collect();
    let hear = |seen: Head, until: usize| {
        let mut witness = Witness::new(seen);
        all[1..=until].iter().for_each(|raw| witness.observe(&Line::parse(raw).unwrap()));
        witness.check(if until == 0 { &Head::EMPTY } else { &heads[until - 1] })
    };
    assert_eq!(hear(heads[2], 3), Ok(()));
    assert_eq!(hear(heads[1], 3), Ok(()), "the ledger may have gone on");
    assert_eq!(hear(Head::EMPTY, 0), Ok(()));
    assert_eq!(hear(Head::EMPTY, 3), Ok(()));
    assert_eq!(hear(heads[2], 2), Err(WitnessFault::Behind { head: 2, seen: 3 }));
    assert_eq!(hear(heads[0], 0), Err(WitnessFault::Behind { head: 0, seen: 1 }));
    assert_eq!(
        hear(Head { seq: 2, hash: heads[0].hash }, 3),
        Err(WitnessFault::Rewritten { seq: 2 })
    );
}

#[test]
fn a_segment_continues_the_one_before_it_and_begins_a_batch_of_its_own() {
    let all = lines(&[&["1", "2"]]);
    let mut chain = Chain::default();
    chain.header(&all[0]).unwrap();
    all[1..].iter().for_each(|raw| drop(chain.line(raw).unwrap()));

    let mut foreign = format!(
        r#"{{"halaqah":"ledger","format":1,"program":"x","first":3,"prev":"{}""#,
        LineHash::ZERO
    );
    let hash = LineHash::chained(chain.last_hash(), foreign.as_bytes());
    foreign.push_str(&format!(",\"hash\":\"{hash}\"}}\n"));
    assert_eq!(chain.header(foreign.as_bytes()), Err(LineFault::Prev));

    let mut header = Vec::new();
    write_header(&mut header, "sman1", 3, chain.last_hash());
    let head = *chain.head();
    chain.header(&header).unwrap();
    assert_eq!(*chain.head(), head, "a header is no event");
    let mut late = Vec::new();
    write_line(&mut late, 3, 1, &event("note", None, "3"), chain.last_hash()).unwrap();
    assert_eq!(chain.line(&late).unwrap_err(), LineFault::Group { seq: 3, found: 1 });
}
