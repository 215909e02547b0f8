//! `person export`, `person erase` and `person retention`: everything that is held about one
//! person, its erasure, and what is kept too long.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Days, Months, NaiveDate};
use chrono_tz::Tz;
use compact_str::CompactString;
use serde_json::{Value, json};

use super::connect::connect;
use super::explain::{Declined, in_words};
use super::print::{place, say, tab_title};
use super::why::answer_words;
use crate::cli::{Failure, PersonCommand};
use crate::cycle::{CycleError, Options, cycle, standing};
use crate::edge::log::{Line, Log, LogError};
use crate::edge::seal::SealError;
use crate::forms::person::{About, RowAbout, about, last_seen, support_texts};
use crate::forms::privacy::Private;
use crate::ledger::erased::ERASED;
use crate::ledger::event::{ErasedPerson, ErasedRow, Event};
use crate::ledger::record::Record;
use crate::ledger::sealed::RowOf;
use crate::ledger::state::{Fate, State};
use crate::memory::{Memory, each_event, forget_caches, keys_of_rows, save_keys};
use crate::setting::Setting;

/// Carries out a command about one person.
pub async fn person(
    setting: &Setting,
    now: DateTime<Tz>,
    command: &PersonCommand,
) -> Result<(), Failure> {
    match command {
        PersonCommand::Export { code, json } => export(setting, now, code, *json),
        PersonCommand::Erase { code, yes } => erase(setting, now, code, *yes).await,
        PersonCommand::Retention { apply } => retention(setting, now, *apply).await,
    }
}

fn export(setting: &Setting, now: DateTime<Tz>, code: &str, as_json: bool) -> Result<(), Failure> {
    let (words, config) = (&setting.words, &setting.config);
    let (memory, _) = Memory::read_with_answers(&config.ledger_dir(), &config.program_code)
        .map_err(in_words(words))?;
    let standing = standing(setting, &memory.state, now.date_naive()).map_err(in_words(words))?;
    let Some(found) = about(&setting.private, &memory.state, &standing, code) else {
        return Err(in_words(words)(Declined::Nobody(code.to_owned())));
    };
    let lines = lines_of(setting, &found).map_err(in_words(words))?;
    if as_json {
        say(format_args!("{:#}", exported(setting, &memory.state, &found, lines)));
    } else {
        print_about(setting, &memory.state, &found, lines.len());
    }
    Ok(())
}

/// Every line of the ledger about the person's own rows, opened: what was held and is held.
fn lines_of(setting: &Setting, found: &About<'_>) -> Result<Vec<Value>, LogError> {
    let own: BTreeSet<RowOf> = found.rows.iter().filter(|row| row.own).map(RowAbout::row).collect();
    let mut lines = Vec::new();
    let each = |line: &Line<'_>, event: Event| {
        let row = event
            .form()
            .zip(line.source.as_ref())
            .map(|(form, source)| (form.into(), source.key.as_ref().into()));
        if row.is_some_and(|row: RowOf| own.contains(&row)) {
            lines.push((line.seq, line.at.to_rfc3339(), line.kind.to_owned(), event.data()));
        }
    };
    each_event(&setting.config.ledger_dir(), &setting.config.program_code, each)?;
    let as_json = |(seq, at, kind, data): (
        u64,
        String,
        String,
        serde_json::Result<Box<serde_json::value::RawValue>>,
    )| {
        Ok(json!({ "seq": seq, "at": at, "type": kind, "data": data.map_err(SealError::from)? }))
    };
    lines.into_iter().map(as_json).collect()
}

fn exported(setting: &Setting, state: &State, found: &About<'_>, lines: Vec<Value>) -> Value {
    let row = |row: &RowAbout| {
        let place = json!({ "form": row.form, "tab": tab_title(&row.source, state), "row": row.source.row });
        let mut shown = place;
        if row.own {
            let known = state.forms.get(&row.form).and_then(|rows| rows.get(&row.source.key));
            shown["answers"] = match known.map(|row| &row.fate) {
                Some(Fate::Accepted { record, .. }) => json!(record.answers),
                Some(Fate::Rejected(_, rejected)) => json!(rejected.cells),
                None => Value::Null,
            };
        } else {
            let named: BTreeSet<&str> =
                row.named.iter().map(|(question, ..)| question.as_str()).collect();
            let named: Vec<&str> =
                named.into_iter().chain(row.texts.iter().map(CompactString::as_str)).collect();
            shown["named_in"] = json!(named);
        }
        shown
    };
    let of =
        |own: bool| found.rows.iter().filter(|about| about.own == own).map(row).collect::<Vec<_>>();
    let decisions = decisions_about(state, &found.person.code);
    json!({
        "program": setting.config.program_name,
        "code": found.person.code,
        "erased": found.person.is_erased(),
        "rows": of(true),
        "named_in_rows": of(false),
        "decisions": decisions.iter().map(|record| json!(record.answers)).collect::<Vec<_>>(),
        "lines": lines,
    })
}

fn decisions_about<'s>(state: &'s State, code: &str) -> Vec<&'s Record> {
    let about = |record: &&Record| {
        record.answers.text("mentor") == Some(code)
            || record.answers.list("members").iter().any(|member| member == code)
    };
    state.decisions.iter().filter(about).collect()
}

fn print_about(setting: &Setting, state: &State, found: &About<'_>, lines: usize) {
    let (words, labels) = (&setting.words, &setting.labels);
    let (code, erased) = (&found.person.code, found.person.is_erased());
    say(match erased {
        true => words.say_with("person-title-erased", &[("code", code)]),
        false => {
            words.say_with("person-title", &[("code", code), ("name", found.person.full_name())])
        }
    });
    for row in found.rows.iter().filter(|row| row.own) {
        say(format_args!("\n{} — {}", labels.form(&row.form), place(&row.source, state, words)));
        let known = state.forms.get(&row.form).and_then(|rows| rows.get(&row.source.key));
        match known.map(|row| &row.fate) {
            Some(Fate::Accepted { record, .. }) => {
                // That it was erased is no answer.
                for (question, answer) in
                    record.answers.iter().filter(|(question, _)| *question != ERASED)
                {
                    let shown = answer_words(setting, &row.form, question, answer);
                    say(format_args!("  {}: {shown}", labels.question(&row.form, question)));
                }
            }
            Some(Fate::Rejected(_, rejected)) => {
                rejected
                    .cells
                    .iter()
                    .for_each(|(title, cell)| say(format_args!("  {title}: {cell}")));
            }
            None => {}
        }
    }
    let others: Vec<&RowAbout> = found.rows.iter().filter(|row| !row.own).collect();
    if !others.is_empty() {
        say(format_args!(
            "\n{}",
            words.say(if erased { "person-code-in" } else { "person-named-in" })
        ));
        for row in others {
            say(format_args!(
                "  {} — {}",
                labels.form(&row.form),
                place(&row.source, state, words)
            ));
        }
    }
    let decisions = words.integer(decisions_about(state, &found.person.code).len() as i64);
    say(format_args!(
        "\n{}",
        words.say_with(
            "person-lines",
            &[("lines", &words.integer(lines as i64)), ("decisions", &decisions)]
        )
    ));
}

async fn erase(setting: &Setting, now: DateTime<Tz>, code: &str, yes: bool) -> Result<(), Failure> {
    let (words, config) = (&setting.words, &setting.config);
    // Where the rows stand now, and whether the ledger has all of them: asked before anything is
    // changed.
    let looked = look(setting, now).await?;
    let dir = config.ledger_dir();
    let (mut memory, mut log, _) =
        Memory::open(&dir, &config.program_code).map_err(in_words(words))?;
    let day = now.date_naive();
    let (event, name, rows) = {
        let standing = standing(setting, &memory.state, day).map_err(in_words(words))?;
        let Some(found) = about(&setting.private, &memory.state, &standing, code) else {
            return Err(in_words(words)(Declined::Nobody(code.to_owned())));
        };
        if found.person.is_erased() {
            return Err(in_words(words)(Declined::ErasedAlready(found.person.code.to_string())));
        }
        let event = found.erasure(&setting.private, &memory.state, now.naive_local());
        (event, found.person.full_name().to_owned(), found.rows)
    };
    let code = event.code.clone();
    if !yes {
        say(words.say_with("person-would", &[("code", &code), ("name", &name)]));
        print_places(setting, &looked, &rows);
        return Err(in_words(words)(Declined::NotConfirmed(code.to_string())));
    }
    let done =
        carry_out(setting, now, (&mut memory, &mut log), &rows, event).map_err(in_words(words))?;
    let Done { seq, keys, left } = done;

    let number = |number: usize| words.integer(i64::try_from(number).unwrap_or(i64::MAX));
    let (seq, moment) = (seq.to_string(), words.moment(now.naive_local()));
    say(words.say_with("person-erased", &[("code", &code), ("moment", &moment), ("seq", &seq)]));
    let own = rows.iter().filter(|row| row.own).count();
    let counted =
        [("keys", number(keys)), ("own", number(own)), ("others", number(rows.len() - own))];
    let counted = counted.each_ref().map(|(name, part)| (*name, part.as_str()));
    say(words.say_with("person-erased-counts", &counted));
    say(words.say("person-erased-left"));
    print_places(setting, &looked, &rows);
    if !left.is_empty() {
        say(words.say("person-erased-not-reached"));
        rows.iter().filter(|row| left.contains(&row.row())).for_each(|row| {
            say(format_args!(
                "  {} — {}",
                setting.labels.form(&row.form),
                place(&located(&looked, row).source, &looked, words)
            ));
        });
    }
    say(words.say("person-erased-backups"));
    say(words.say("person-erased-next"));
    Ok(())
}

/// What an erasure came to.
struct Done {
    /// Its event.
    seq: u64,
    /// How many keys were destroyed.
    keys: usize,
    /// Rows in whose older lines another's key may still open the name.
    left: BTreeSet<RowOf>,
}

/// Records an erasure and destroys the keys. The keys of what remains are on the medium before the
/// event, the event before the old keys go: a crash in between leaves what the next opening
/// finishes.
fn carry_out(
    setting: &Setting,
    now: DateTime<Tz>,
    (memory, log): (&mut Memory, &mut Log),
    rows: &[RowAbout],
    erased: ErasedPerson,
) -> Result<Done, LogError> {
    let dir = setting.config.ledger_dir();
    let uses = keys_of_rows(&dir, &setting.config.program_code)?;
    let (keys, left) = keys_to_destroy(&uses, rows);
    let erased = ErasedPerson { keys: keys.clone(), ..erased };
    let event = if erased.code.is_empty() {
        Event::TextsErased(erased)
    } else {
        Event::PersonErased(erased)
    };
    memory.seals.retire(&keys);
    let sealed = {
        let mut owners = setting.private.owners(memory.state.records());
        memory.seals.seal(now.fixed_offset(), vec![(None, event.clone())], &mut owners)?
    };
    save_keys(&mut memory.seals, log)?;
    let head = log.append(&sealed)?;
    memory.seals.destroy(&keys);
    save_keys(&mut memory.seals, log)?;
    forget_caches(&dir)?;
    // What was recorded can be read back: it was folded before, or it would not be there.
    memory.apply(None, event).map_err(|illegal| LogError::refused(head.seq, illegal))?;
    Ok(Done { seq: head.seq, keys: keys.len(), left })
}

/// Lists what is kept longer than the board has said; with `apply` it is erased.
async fn retention(setting: &Setting, now: DateTime<Tz>, apply: bool) -> Result<(), Failure> {
    let (words, config) = (&setting.words, &setting.config);
    if apply && !config.retention.configured {
        return Err(in_words(words)(Declined::RetentionOff));
    }
    if apply {
        look(setting, now).await?;
    }
    let dir = config.ledger_dir();
    let (mut memory, log) = if apply {
        let (memory, log, _) = Memory::open(&dir, &config.program_code).map_err(in_words(words))?;
        (memory, Some(log))
    } else {
        (Memory::read_with_answers(&dir, &config.program_code).map_err(in_words(words))?.0, None)
    };
    let day = now.date_naive();
    let before = day
        .checked_sub_months(Months::new(config.retention.identity_months))
        .unwrap_or(NaiveDate::MIN);
    let closed = day
        .checked_sub_days(Days::new(config.retention.support_days.into()))
        .unwrap_or(NaiveDate::MIN);
    let (due, texts) = {
        let standing = standing(setting, &memory.state, day).map_err(in_words(words))?;
        let people = last_seen(&setting.private, &memory.state, &standing).into_iter();
        let due: Vec<_> = people.filter(|(_, _, last)| *last <= before).collect();
        (due, support_texts(&setting.private, &memory.state, &standing, closed, now.naive_local()))
    };
    for (code, name, last) in &due {
        let parts = [("code", code.as_str()), ("name", name), ("day", &words.long_date(*last))];
        say(words.say_with("retention-person", &parts));
    }
    let texts_rows = rows_without_texts(&memory.state, &texts);
    for row in &texts_rows {
        say(words.say_with(
            "retention-texts",
            &[
                ("form", setting.labels.form(&row.form)),
                ("place", &place(&row.source, &memory.state, words)),
            ],
        ));
    }
    if due.is_empty() && texts_rows.is_empty() {
        say(words.say("retention-nothing"));
        return Ok(());
    }
    let Some(mut log) = log else {
        say(words.say("retention-dry"));
        return Ok(());
    };
    if !texts_rows.is_empty() {
        carry_out(setting, now, (&mut memory, &mut log), &texts_rows, texts)
            .map_err(in_words(words))?;
    }
    for (code, ..) in &due {
        let (rows, erased) = {
            let standing = standing(setting, &memory.state, day).map_err(in_words(words))?;
            let Some(found) = about(&setting.private, &memory.state, &standing, code) else {
                continue;
            };
            let erased = found.erasure(&setting.private, &memory.state, now.naive_local());
            (found.rows, erased)
        };
        carry_out(setting, now, (&mut memory, &mut log), &rows, erased).map_err(in_words(words))?;
        say(words.say_with("retention-erased", &[("code", code)]));
        print_places(setting, &memory.state, &rows);
    }
    say(words.say("person-erased-backups"));
    say(words.say("person-erased-next"));
    Ok(())
}

fn rows_without_texts(state: &State, texts: &ErasedPerson) -> Vec<RowAbout> {
    let about = |row: &ErasedRow| {
        let known = state.forms.get(&row.form)?.get(&row.key)?;
        let (form, source, texts) = (row.form.clone(), known.source().clone(), row.blanked.clone());
        Some(RowAbout { form, source, own: false, named: Vec::new(), texts, accepted: true })
    };
    texts.rows.iter().filter_map(about).collect()
}

/// The state as the sheet has it now. The erasure waits for a cycle if the sheet says more than the
/// ledger.
async fn look(setting: &Setting, now: DateTime<Tz>) -> Result<State, Failure> {
    let (words, config) = (&setting.words, &setting.config);
    let (mut memory, _) = Memory::read_with_answers(&config.ledger_dir(), &config.program_code)
        .map_err(in_words(words))?;
    let google = connect(config, true).await.map_err(in_words(words))?;
    let looked = cycle(setting, &google, &mut memory, None, now, Options::default()).await;
    let report = looked.map_err(|error: CycleError| in_words(words)(error))?;
    let rows = report.events.iter().filter(|happening| happening.source.is_some()).count();
    if rows > 0 {
        return Err(in_words(words)(Declined::SheetIsAhead(rows)));
    }
    Ok(memory.state)
}

/// The same row where it stands now.
fn located(state: &State, row: &RowAbout) -> RowAbout {
    let known = state.forms.get(&row.form).and_then(|rows| rows.get(&row.source.key));
    RowAbout {
        source: known.map_or_else(|| row.source.clone(), |row| row.source().clone()),
        ..row.clone()
    }
}

/// What has to be deleted in the sheet by hand: form tabs are never written.
fn print_places(setting: &Setting, state: &State, rows: &[RowAbout]) {
    let words = &setting.words;
    let list = |key: &str, own: bool| {
        let chosen: Vec<RowAbout> =
            rows.iter().filter(|row| row.own == own).map(|row| located(state, row)).collect();
        if !chosen.is_empty() {
            say(words.say(key));
        }
        for row in chosen {
            say(format_args!(
                "  {} — {}",
                setting.labels.form(&row.form),
                place(&row.source, state, words)
            ));
        }
    };
    list("person-delete-rows", true);
    list("person-delete-names", false);
}

/// The keys under which the person's rows are sealed; and the rows whose own key is that of
/// somebody who stays: there the name can still be read with it in older lines.
fn keys_to_destroy(
    uses: &BTreeMap<RowOf, BTreeSet<CompactString>>,
    rows: &[RowAbout],
) -> (Vec<CompactString>, BTreeSet<RowOf>) {
    let own: BTreeSet<RowOf> = rows.iter().filter(|row| row.own).map(RowAbout::row).collect();
    let staying = uses.iter().filter(|(row, _)| Private::introduces(&row.0) && !own.contains(*row));
    let staying: BTreeSet<&CompactString> = staying.flat_map(|(_, keys)| keys).collect();
    let (mut destroyed, mut left) = (BTreeSet::new(), BTreeSet::new());
    for row in rows.iter().map(RowAbout::row) {
        for key in uses.get(&row).into_iter().flatten() {
            if staying.contains(key) {
                left.insert(row.clone());
            } else {
                destroyed.insert(key.clone());
            }
        }
    }
    (destroyed.into_iter().collect(), left)
}
