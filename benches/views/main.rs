//! All figures and all tabs of a program with 5,000 mentees over two seasons, against a yardstick
//! on the same machine in the same run: reading the same rows from JSON into cells, which every
//! cycle has to do whatever follows.
//!
//! Yardstick of the program: figures and tabs together under 500 ms.
#![allow(clippy::unwrap_used, reason = "a bench that meets what it does not expect stops")]

#[path = "../cycle/season.rs"]
mod season;

use std::path::Path;

use criterion::{Criterion, criterion_group, criterion_main};
use halaqah::config::Config;
use halaqah::cycle::{figures, scene, standing, suggestions};
use halaqah::forms::intake::intake;
use halaqah::memory::Memory;
use halaqah::setting::Setting;
use halaqah::table::Rows;
use halaqah::table::tab::ReadTab;
use halaqah::views::{restricted_tabs, tabs};

/// A program whose year is two seasons.
fn setting(tabs: &[(&str, &str, Rows)]) -> Setting {
    let folder = Path::new("bench");
    let one = season::configuration("http://127.0.0.1:1", "none", folder, tabs);
    let one_season = "start = \"2025-07-14\"\nend = \"2026-06-28\"\n";
    let two_seasons = "start = \"2025-07-14\"\nend = \"2025-12-21\"\n[[seasons]]\ncode = \"2026\"\nname = \"2026\"\n\
                       start = \"2025-12-22\"\nend = \"2026-06-28\"\n";
    assert!(one.contains(one_season), "the configuration of the benches has one season");
    let text = one.replace(one_season, two_seasons);
    Setting::of(Config::parse(&folder.join("bench.toml"), &text).unwrap()).unwrap()
}

/// What a ledger with all these rows folds into.
fn memory(setting: &Setting, tabs: &[(&str, &str, Rows)]) -> Memory {
    let mut memory = Memory::default();
    for (sheet_id, (key, title, rows)) in (1..).zip(tabs) {
        let form = setting.forms.iter().find(|form| form.key() == *key).unwrap();
        let tab = ReadTab {
            sheet_id,
            title: (*title).to_owned(),
            row_count: rows.len(),
            column_count: rows[0].len(),
            rows: rows.clone(),
        };
        let taken = intake(&setting.forms, form, &memory.state, &tab, title, false);
        assert!(taken.held.is_none(), "{title}: {:?}", taken.held);
        for (source, event) in taken.events {
            memory.apply(source, event).unwrap();
        }
    }
    memory
}

fn views(criterion: &mut Criterion) {
    let rows = season::tabs_of_a_year(5_000, 40);
    let json: Vec<String> =
        rows.iter().map(|(_, _, rows)| serde_json::to_string(rows).unwrap()).collect();
    let setting = setting(&rows);
    let memory = memory(&setting, &rows);
    let count: usize = rows.iter().map(|(_, _, rows)| rows.len()).sum();
    drop(rows);
    let (state, head, today) = (&memory.state, &memory.head, season::now().date_naive());
    let rejected = state.quality().rejected;
    assert_eq!(rejected, 0, "every invented row is accepted");

    let mut group = criterion.benchmark_group(format!("5,000 mentees, two seasons, {count} rows"));
    group.sample_size(10);
    group.bench_function("yardstick: the same rows from JSON", |bencher| {
        bencher.iter(|| {
            json.iter().map(|text| serde_json::from_str::<Rows>(text).unwrap().len()).sum::<usize>()
        });
    });
    let standing_now = standing(&setting, state, today).unwrap();
    let suggested = suggestions(&setting, state, &standing_now);
    group.bench_function("the standing", |bencher| {
        bencher.iter(|| standing(&setting, state, today).unwrap());
    });
    group.bench_function("all figures", |bencher| {
        bencher.iter(|| figures(&setting, state, &standing_now));
    });
    let figures_now = figures(&setting, state, &standing_now);
    group.bench_function("all tabs", |bencher| {
        bencher.iter(|| {
            let scene = scene(&setting, state, head, &standing_now, &figures_now, &suggested);
            (tabs(&scene), restricted_tabs(&scene))
        });
    });
    group.bench_function("standing, figures and tabs", |bencher| {
        bencher.iter(|| {
            let standing = standing(&setting, state, today).unwrap();
            let figures = figures(&setting, state, &standing);
            let scene = scene(&setting, state, head, &standing, &figures, &suggested);
            (tabs(&scene), restricted_tabs(&scene))
        });
    });
    group.finish();
}

criterion_group!(benches, views);
criterion_main!(benches);
