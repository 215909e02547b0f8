//! The fuzz targets of `fuzz/`, without a fuzzer: their corpus, and as many changes of a good ledger as the dice make.

#[path = "support/fuzz.rs"]
mod fuzz;

use std::path::{Path, PathBuf};

use fuzz::medium::Dice;

fn corpus(target: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty(), "{target} has no corpus");
    files
}

#[test]
fn no_line_of_the_corpus_or_a_change_of_it_makes_the_reader_panic() {
    let mut dice = Dice::new(1);
    for file in corpus("line") {
        let bytes = std::fs::read(&file).unwrap();
        fuzz::line(&bytes);
        for _ in 0..500 {
            let mut changed = bytes.clone();
            let at = dice.below(changed.len());
            changed[at] ^= 1 << dice.below(8);
            fuzz::line(&changed);
            changed.truncate(dice.below(changed.len()));
            fuzz::line(&changed);
        }
    }
}

#[test]
fn every_directory_of_the_corpus_opens_or_says_what_is_wrong() {
    for file in corpus("open") {
        fuzz::open(&std::fs::read(&file).unwrap());
    }
}

#[test]
fn a_ledger_changed_by_dice_never_reads_as_anything_else() {
    let mut dice = Dice::new(2);
    for _ in 0..1500 {
        let changes = 1 + dice.below(3);
        let bytes: Vec<u8> = std::iter::once(1).chain((0..changes * 4).map(|_| dice.roll() as u8)).collect();
        fuzz::open(&bytes);
    }
}
