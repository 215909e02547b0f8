//! What matching is asked: the instance of a day, and of each day on which somebody was placed.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::compare::{Comparison, Placement, compare};
use super::instance::{Instance, Member, Mentee, Mentor, OpenGroup, Settings};
use super::personality::{Bands, KnownBands};
use super::terms::TermKind;
use crate::ledger::codes::PlacementAction;
use crate::ledger::record::Record;
use crate::ledger::records::Records;
use crate::ledger::season::Program;
use crate::ledger::standing::{NoSeason, Standing};
use crate::ledger::state::State;

/// The instance of a standing: everybody who waits, every mentor, every open group.
pub fn instance_of<'a>(
    standing: &'a Standing<'_>,
    state: &'a State,
    settings: Settings<'a>,
) -> Instance<'a> {
    let Settings { group_size, weights, reading, randomise, criteria } = settings;
    let rejected = state.rejected_pairs.iter();
    let uses_bands = weights.of(TermKind::Personality) > 0;
    Instance {
        mentees: mentees(standing),
        mentors: mentors(standing),
        groups: groups(standing),
        must_not: rejected.map(|(mentee, mentor)| (mentee.as_str(), mentor.as_str())).collect(),
        previous: previous_mentors(standing),
        group_size,
        weights,
        reading,
        randomise,
        criteria,
        bands: if uses_bands { known_bands(standing) } else { KnownBands::default() },
        last: state.issued.as_ref(),
        ..Instance::default()
    }
}

/// Everybody who waits and may take part.
fn mentees<'a>(standing: &'a Standing<'_>) -> Vec<Mentee<'a>> {
    let waiting = standing.waiting.iter().map(|waiting| waiting.mentee);
    let mentees = waiting.filter(|mentee| standing.may_take_part(*mentee)).filter_map(|index| {
        let person = &standing.mentees[index];
        let answers = &person.latest().answers;
        let friend = answers.text("preferred_friend").and_then(|name| standing.find_mentee(name));
        let friend = friend.map(|friend| standing.mentees[friend].code.as_str());
        Some(Mentee { friend, ..Mentee::from_answers(&person.code, answers)? })
    });
    mentees.collect()
}

fn mentors<'a>(standing: &'a Standing<'_>) -> Vec<Mentor<'a>> {
    let mentors = standing.mentors.indices().filter_map(|index| {
        let person = &standing.mentors[index];
        let mentor = Mentor::from_answers(&person.code, &person.latest().answers)?;
        let members_now = u32::try_from(standing.mentor_load(index)).unwrap_or(u32::MAX);
        let ready = standing.is_ready(index) && !person.is_erased();
        Some(Mentor { members_now, ready, ..mentor })
    });
    mentors.collect()
}

/// The groups that meet now and have a mentor.
fn groups<'a>(standing: &'a Standing<'_>) -> Vec<OpenGroup<'a>> {
    let groups = standing.open_groups().filter_map(|(index, group)| {
        let members = standing.members(index).iter().map(|mentee| {
            let person = &standing.mentees[*mentee];
            Member { code: person.code.as_str(), answers: &person.latest().answers }
        });
        Some(OpenGroup {
            name: group.name,
            mentor: standing.mentors[group.mentor?].code.as_str(),
            slot: group.weekly_slot,
            size: u32::try_from(members.len()).unwrap_or(u32::MAX),
            members: members.collect(),
        })
    });
    groups.collect()
}

/// The mentor that each who waits had before, by the mentee's code.
fn previous_mentors<'a>(standing: &'a Standing<'_>) -> BTreeMap<&'a str, &'a str> {
    let waiting = standing.waiting.iter().map(|waiting| waiting.mentee);
    let previous = waiting.filter(|mentee| standing.may_take_part(*mentee)).filter_map(|mentee| {
        let latest = standing.groups.latest_membership(mentee)?;
        let mentor = standing.groups[latest.group].mentor?;
        Some((standing.mentees[mentee].code.as_str(), standing.mentors[mentor].code.as_str()))
    });
    previous.collect()
}

/// What matching may know of people's personality: bands, and only of those who permit it.
fn known_bands<'a>(standing: &'a Standing<'_>) -> KnownBands<'a> {
    let mentees = standing.mentees.indices().filter_map(|index| {
        let report = standing.self_report_of_mentee(index)?;
        Some((standing.mentees[index].code.as_str(), Bands::of(&report.answers)?))
    });
    let mentors = standing.mentors.indices().filter_map(|index| {
        let report = standing.self_report_of_mentor(index)?;
        Some((standing.mentors[index].code.as_str(), Bands::of(&report.answers)?))
    });
    KnownBands { mentees: mentees.collect(), mentors: mentors.collect() }
}

/// What was decided on each day of a season so far on which somebody who waited was placed, beside
/// what would have been suggested that morning. What was suggested or rejected since does not
/// count.
pub fn comparisons(
    today: &Standing<'_>,
    state: &State,
    program: &Program,
    settings: Settings,
) -> Result<Vec<(NaiveDate, Comparison)>, NoSeason> {
    let window = today.window();
    let began = today.groups.memberships().iter().map(|membership| membership.from);
    let days: BTreeSet<NaiveDate> = began.filter(|day| window.contains(*day)).collect();
    let records = Records::new(state.records());
    let mut comparisons = Vec::new();
    for day in days {
        let eve = records.keep(|record| record.event_date < day || !places_somebody(record));
        let eve = Standing::at(&eve, program, day, Some(&today.season.code))?;
        let placed = placed_on(day, today, &eve);
        if !placed.is_empty() {
            let asked = instance_of(&eve, state, settings);
            let asked = Instance { last: None, must_not: BTreeSet::new(), ..asked };
            comparisons.push((day, compare(&asked, &placed)));
        }
    }
    Ok(comparisons)
}

/// Whether a record puts somebody into a group.
fn places_somebody(record: &Record) -> bool {
    let ends = matches!(
        record.answers.code("action"),
        Some(PlacementAction::Leave | PlacementAction::CloseGroup)
    );
    record.form == "placement_decision" && !ends
}

/// Everybody who was placed on a day. Who had a group on its eve was moved, not placed.
fn placed_on<'a>(
    day: NaiveDate,
    today: &'a Standing<'_>,
    eve: &Standing<'_>,
) -> Vec<Placement<'a>> {
    let began = today.groups.memberships().iter().filter(|membership| membership.from == day);
    let placed = began.filter_map(|membership| {
        let group = &today.groups[membership.group];
        let mentee = today.mentees[membership.mentee].code.as_str();
        let had = eve.find_mentee(mentee).is_some_and(|mentee| eve.group_of(mentee).is_some());
        (!had).then(|| Placement {
            mentee,
            mentor: group.mentor.map(|mentor| today.mentors[mentor].code.as_str()),
            group: group.name,
            slot: group.formed_by.answers.text("weekly_slot"),
        })
    });
    placed.collect()
}
