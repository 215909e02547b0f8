//! The fuzz targets of `fuzz/`, without a fuzzer: their corpus, and as many changes of a good
//! ledger as the dice make.

#[path = "support/fuzz.rs"]
mod fuzz;

use std::path::{Path, PathBuf};

use fuzz::medium::Dice;
use halaqah::forms::FORMS;

fn corpus(target: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
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
        let bytes: Vec<u8> =
            std::iter::once(1).chain((0..changes * 4).map(|_| dice.roll() as u8)).collect();
        fuzz::open(&bytes);
    }
}

#[test]
fn whatever_stands_in_a_forms_tab_is_taken_in_once_and_read_again_as_it_was() {
    for file in corpus("cells") {
        let mut bytes = std::fs::read(file).unwrap();
        fuzz::cells(&bytes);
        // Answers to one form, given to every other.
        for form in 0..FORMS.len() {
            bytes[0] = form as u8;
            fuzz::cells(&bytes);
        }
    }
}

#[test]
fn a_configuration_is_used_or_its_mistakes_are_shown_where_they_stand() {
    let mut dice = Dice::new(3);
    for file in corpus("config") {
        fuzz::config(&std::fs::read(&file).unwrap());
    }
    for _ in 0..300 {
        let bytes: Vec<u8> = std::iter::once(1)
            .chain((0..4 + dice.below(3)).map(|_| dice.roll() as u8 & 127))
            .collect();
        fuzz::config(&bytes);
    }
}

#[test]
fn changes_that_somebody_thinks_about_are_refused_or_planned() {
    corpus("what_if").iter().for_each(|file| fuzz::what_if(&std::fs::read(file).unwrap()));
}

#[test]
fn any_title_and_any_column_survive_their_notation() {
    corpus("a1").iter().for_each(|file| fuzz::a1(&std::fs::read(file).unwrap()));
}

#[test]
fn what_a_snapshot_is_read_from_is_written_again_as_it_was_read() {
    let mut dice = Dice::new(4);
    for file in corpus("state") {
        fuzz::state(&std::fs::read(&file).unwrap());
    }
    for _ in 0..1500 {
        let changes = 1 + dice.below(3);
        let bytes: Vec<u8> =
            std::iter::once(1).chain((0..changes * 4).map(|_| dice.roll() as u8)).collect();
        fuzz::state(&bytes);
    }
}
